namespace Plimsoll.Scan.Hardening.Analyses;

/// <summary>Every structural analysis, by the id that rules name it with.</summary>
internal static class All
{
    public static readonly IReadOnlyList<IAnalysis> Analyses =
    [
        new NginxAliasTraversal(),
        new NginxAllowWithoutDeny(),
        new NginxDefaultServer(),
        new NginxHeadersLost(),
        new NginxInternalReachable(),
        new NginxOriginCheck(),
        new NginxPublicResolver(),
        new NginxRequestForgery(),
        new NginxResponseSplitting(),
        new NginxRunawayExpression(),
        new PostgresqlSuperuserRemote(),
    ];

    /// <summary>By its id; null for others.</summary>
    public static IAnalysis? Find(string id) => Analyses.FirstOrDefault(analysis => analysis.Id == id);
}
