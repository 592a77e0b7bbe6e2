namespace Plimsoll.Guard.Transports;

/// <summary>Something that <see cref="Deadlines"/> watches.</summary>
internal abstract class Timed
{
    /// <summary>Where <see cref="Deadlines"/> keeps it.</summary>
    internal int Place { get; set; } = -1;

    /// <summary>Whether something is late, in <see cref="Environment.TickCount64"/>.</summary>
    public abstract bool IsLate(long now);

    /// <summary>Ends what is late. What waited goes on in here.</summary>
    public abstract void Expire(long now);
}
