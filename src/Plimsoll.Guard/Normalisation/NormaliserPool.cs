namespace Plimsoll.Guard.Normalisation;

/// <summary>
/// Normalisers for whoever is judging at the moment: as many as threads run, never one for each connection. Some 20 KiB each.
/// </summary>
internal sealed class NormaliserPool(NormalisationLimits limits)
{
    private readonly RequestNormaliser?[] kept = new RequestNormaliser?[Environment.ProcessorCount * 2];

    public RequestNormaliser Rent()
    {
        foreach (ref var place in kept.AsSpan())
            if (place is not null && Interlocked.Exchange(ref place, null) is { } free) return free;
        return new(limits);
    }

    /// <summary>Gives back what a large message took. The caller keeps nothing of it.</summary>
    public void Return(RequestNormaliser normaliser)
    {
        normaliser.Dispose();
        foreach (ref var place in kept.AsSpan())
            if (place is null && Interlocked.CompareExchange(ref place, normaliser, null) is null) return;
    }
}
