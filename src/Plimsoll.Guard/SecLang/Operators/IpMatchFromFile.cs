using System.Text;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>An address of one of the networks of a file, one a line.</summary>
internal static class IpMatchFromFile
{
    public static readonly Operator Word = new("ipMatchFromFile", "is an address of the file {0}", Compile);
    public static readonly Operator Short = new("ipMatchF", "is an address of the file {0}", Compile);

    private static AddressProbe? Compile(string argument, Place place, RuleFaults faults) => PhraseLists.Files(argument, place, faults) is { } addresses ? AddressProbe.Compile(addresses.Select(Encoding.Latin1.GetString), place, faults) : null;
}
