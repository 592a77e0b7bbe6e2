using System.Collections.Immutable;
using Plimsoll.Engines.Http;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>What to fetch and how: checked, immutable.</summary>
public sealed record UpdateRequest
{
    /// <summary>The database's folder; made when it is not there.</summary>
    public required string Folder { get; init; }

    /// <summary>Address or folder that holds all feeds; null for the publishers, or what the environment says.</summary>
    public string? From { get; init; }

    /// <summary>Ecosystems as OSV writes them, with a release where one is meant, and ids of feeds; empty for what is in the database already, or for all where nothing is.</summary>
    public ImmutableArray<string> Names { get; init; } = [];

    /// <summary>Whether the network is forbidden.</summary>
    public bool Offline { get; init; }

    public TransportOptions Transport { get; init; } = new();

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How long to wait while another process updates.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Reads a variable of the environment.</summary>
    internal Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;
}
