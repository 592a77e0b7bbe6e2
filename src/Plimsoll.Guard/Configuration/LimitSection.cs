using Plimsoll.Guard.Limits;

namespace Plimsoll.Guard.Configuration;

/// <summary>`limits`: each key is a limit of <see cref="GuardLimits"/>, the times with their unit.</summary>
internal static class LimitSection
{
    private const int hour = 3_600_000;
    private const int million = 1_000_000;

    public static GuardLimits Read(Section section, Faults faults)
    {
        var by = GuardLimits.Default;
        var limits = new GuardLimits
        {
            HeadBytes = (int)section.Bytes("head-bytes", by.HeadBytes, 512, 1 << 20),
            TargetBytes = (int)section.Bytes("target-bytes", by.TargetBytes, 64, 1 << 20),
            FieldBytes = (int)section.Bytes("field-bytes", by.FieldBytes, 64, 1 << 20),
            Fields = section.Number("fields", by.Fields, 1, 10_000),
            MethodBytes = (int)section.Bytes("method-bytes", by.MethodBytes, 3, 256),
            HostBytes = (int)section.Bytes("host-bytes", by.HostBytes, 1, 260),
            BodyBytes = section.Bytes("body-bytes", by.BodyBytes, 0, long.MaxValue),
            InspectedBodyBytes = (int)section.Bytes("inspected-body-bytes", by.InspectedBodyBytes, 0, 1 << 30),
            HeldUploadBytes = (int)section.Bytes("held-upload-bytes", by.HeldUploadBytes, 0, 1 << 30),
            InspectionBytes = section.Bytes("inspection-bytes", by.InspectionBytes, 1 << 20, 1L << 40),
            MessageBytes = (int)section.Bytes("message-bytes", by.MessageBytes, 0, int.MaxValue),
            ChunkLineBytes = (int)section.Bytes("chunk-line-bytes", by.ChunkLineBytes, 18, 1 << 16),
            TrailerBytes = (int)section.Bytes("trailer-bytes", by.TrailerBytes, 2, 1 << 20),
            PieceBytes = (int)section.Bytes("piece-bytes", by.PieceBytes, 1 << 10, 1 << 20),
            StreamWindow = (int)section.Bytes("stream-window", by.StreamWindow, 1 << 10, 1 << 30),
            ConnectionWindow = (int)section.Bytes("connection-window", by.ConnectionWindow, 65_535, 1 << 30),
            TableBytes = (int)section.Bytes("table-bytes", by.TableBytes, 4 << 10, 1 << 16),
            OutputBytes = (int)section.Bytes("output-bytes", by.OutputBytes, 16 << 10, 1 << 30),
            HeadTime = section.Duration("head-time", by.HeadTime, 100, hour),
            HandshakeTime = section.Duration("handshake-time", by.HandshakeTime, 100, hour),
            IdleTime = section.Duration("idle-time", by.IdleTime, 100, hour),
            BodyTime = section.Duration("body-time", by.BodyTime, 100, hour),
            BodyRate = section.Number("body-rate", by.BodyRate, 1, int.MaxValue),
            BodyGrace = section.Duration("body-grace", by.BodyGrace, 0, hour),
            WriteTime = section.Duration("write-time", by.WriteTime, 100, hour),
            ReaderRate = section.Number("reader-rate", by.ReaderRate, 1, int.MaxValue),
            LookUpEvery = section.Duration("look-up-every", by.LookUpEvery, 1_000, hour),
            ConnectTime = section.Duration("connect-time", by.ConnectTime, 10, hour),
            ResponseTime = section.Duration("response-time", by.ResponseTime, 100, 24 * hour),
            ResponseBodyTime = section.Duration("response-body-time", by.ResponseBodyTime, 100, 24 * hour),
            UpstreamIdleTime = section.Duration("upstream-idle-time", by.UpstreamIdleTime, 100, hour),
            TunnelIdleTime = section.Duration("tunnel-idle-time", by.TunnelIdleTime, 100, 24 * hour),
            StreamIdleTime = section.Duration("stream-idle-time", by.StreamIdleTime, 100, 24 * hour),
            GoneTime = section.Duration("gone-time", by.GoneTime, 0, hour),
            LingerTime = section.Duration("linger-time", by.LingerTime, 0, hour),
            Connections = section.Number("connections", by.Connections, 1, million),
            ConnectionsOfClient = section.Number("connections-of-client", by.ConnectionsOfClient, 1, million),
            RequestsOfConnection = section.Number("requests-of-connection", by.RequestsOfConnection, 1, int.MaxValue),
            Streams = section.Number("streams", by.Streams, 1, 10_000),
            Resets = section.Number("resets", by.Resets, 1, million),
            ResetsRate = section.Number("resets-rate", by.ResetsRate, 0, million),
            ControlFrames = section.Number("control-frames", by.ControlFrames, 1, million),
            ControlFramesRate = section.Number("control-frames-rate", by.ControlFramesRate, 0, million),
            Continuations = section.Number("continuations", by.Continuations, 0, 1_000),
            SettingsParameters = section.Number("settings-parameters", by.SettingsParameters, 8, 1_000),
            UpstreamIdleConnections = section.Number("upstream-idle-connections", by.UpstreamIdleConnections, 0, 65_536),
            UpstreamConnections = section.Number("upstream-connections", by.UpstreamConnections, 1, million),
            RememberedClients = section.Number("remembered-clients", by.RememberedClients, 8, 16 * million),
        };
        if (limits.HeadBytes < Math.Max(limits.TargetBytes, limits.FieldBytes)) faults.Add(section.Node, "`head-bytes` is less than `target-bytes` or `field-bytes`", "A head has a target and fields: make it the largest of them.");
        section.End();
        return limits;
    }
}
