namespace Plimsoll.Guard.Normalisation;

/// <summary>All values of a message with what is ambiguous in them, as inspectors see them. The default is empty.</summary>
internal readonly struct MessageValues(ValueArena? arena)
{
    /// <summary>In the order of the message; what was hidden in values comes last.</summary>
    public ReadOnlySpan<Value> Values => arena is null ? default : arena.Values;

    /// <summary>What is ambiguous, with the first place in each origin.</summary>
    public ReadOnlySpan<AmbiguityMark> Marks => arena is null ? default : arena.Marks;

    public AmbiguitySet Ambiguities => arena?.Ambiguities ?? default;

    /// <summary>Bytes of all files of multipart bodies.</summary>
    public long FileBytes => arena?.FileBytes ?? 0;

    /// <summary>The bytes of a name or content.</summary>
    public ReadOnlySpan<byte> this[Slice slice] => arena is null ? default : arena[slice];
}
