using System.CommandLine;

namespace Plimsoll.Cli.Commands;

/// <summary>Stands in front of an application and speaks its protocol so strictly that what reaches it is what was inspected.</summary>
internal static class GuardCommand
{
    public const string Description = "Guard an application at layer 7";

    public static Command Create() => new("guard", Description)
    {
        GuardHttpCommand.Create(),
        GuardPostgresCommand.Create(),
        GuardCheckCommand.Create(),
        GuardTopCommand.Create(),
        GuardRulesCommand.Create(),
        GuardRunCommand.Create(),
        GuardProfileCommand.Create(),
        GuardCleanupCommand.Create(),
        GuardServeRunCommand.Create(),
    };
}
