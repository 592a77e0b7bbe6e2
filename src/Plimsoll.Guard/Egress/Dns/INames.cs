namespace Plimsoll.Guard.Egress.Dns;

/// <summary>Who knows addresses of names besides name servers.</summary>
internal interface INames
{
    /// <returns>Null for a name that is not known here. Of one that is, no addresses say that it has none of this type.</returns>
    ValueTask<DnsReply?> AskAsync(string name, ushort type);
}
