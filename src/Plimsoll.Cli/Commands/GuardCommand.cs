using System.CommandLine;

namespace Plimsoll.Cli.Commands;

/// <summary>Stands in front of an application and speaks its protocol so strictly that what reaches it is what was inspected.</summary>
internal static class GuardCommand
{
    public static Command Create() => new("guard", "Guard an application at layer 7")
    {
        GuardHttpCommand.Create(),
        GuardCheckCommand.Create(),
        GuardTopCommand.Create(),
    };
}
