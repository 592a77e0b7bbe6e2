namespace Plimsoll.Guard.Protocols.Http;

/// <summary>A set of <see cref="FieldId"/>, one bit each.</summary>
internal struct FieldSet
{
    private ulong bits;

    public static FieldSet None => default;

    /// <summary>False when it was there already.</summary>
    public bool Add(FieldId id)
    {
        var bit = 1UL << (int)id;
        var isNew = (bits & bit) == 0;
        bits |= bit;
        return isNew;
    }
}
