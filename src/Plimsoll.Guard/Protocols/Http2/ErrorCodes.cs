using Plimsoll.Guard.Decisions;

namespace Plimsoll.Guard.Protocols.Http2;

/// <summary>What the peer is told of each reason, in RST_STREAM and GOAWAY.</summary>
internal static class ErrorCodes
{
    public static ErrorCode Of(Reason reason) => reason switch
    {
        Reason.None => ErrorCode.NoError,
        Reason.FrameTooLarge or Reason.FrameSizeWrong => ErrorCode.FrameSizeError,
        Reason.FlowControl => ErrorCode.FlowControlError,
        Reason.CompressionFailed => ErrorCode.CompressionError,
        Reason.StreamClosed => ErrorCode.StreamClosed,
        Reason.StreamFlood => ErrorCode.RefusedStream,
        Reason.RapidReset or Reason.ControlFlood or Reason.ContinuationFlood or Reason.SlowHead => ErrorCode.EnhanceYourCalm,
        Reason.SlowReader or Reason.ClientGone => ErrorCode.Cancel,
        Reason.GuardFailed => ErrorCode.InternalError,
        _ => ErrorCode.ProtocolError,
    };
}
