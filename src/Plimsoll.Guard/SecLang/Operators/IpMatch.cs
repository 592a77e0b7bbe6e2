namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>An address of one of the networks.</summary>
internal static class IpMatch
{
    public static readonly Operator Word = new("ipMatch", "is an address of {0}", static (argument, place, faults) => AddressProbe.Compile(argument.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries), place, faults));
}
