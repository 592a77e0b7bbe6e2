namespace Plimsoll.Guard.Transports;

/// <summary>What the certificate of a client says of it, verified, as fields of requests have it: ASCII.</summary>
/// <param name="Subject">As <see cref="SubjectText"/> writes it.</param>
/// <param name="Names">As <see cref="NamesText"/> writes them; empty also when no site of the listener tells them.</param>
internal sealed record ClientCertificate(byte[] Subject, byte[] Names);
