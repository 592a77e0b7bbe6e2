namespace Plimsoll.Guard.Decisions;

/// <summary>Judges messages. One instance serves all connections at once: it keeps no state of a message, allocates nothing for one that passes, and does not wait.</summary>
internal interface IInspector
{
    /// <summary>How events name it.</summary>
    string Id { get; }

    Needs Needs { get; }

    /// <summary>Called once for each stage in <see cref="Needs"/>, in their order, until one refuses.</summary>
    Verdict Inspect(Message message, Needs stage);
}

/// <summary>The stages of an exchange at which an inspector wants to be asked. Nothing is buffered for what nobody needs.</summary>
[Flags]
internal enum Needs : byte
{
    None = 0,
    /// <summary>The request without its body.</summary>
    RequestHead = 1,
    /// <summary>The request with its body, when that is of a type that is read. What of it is streamed is among the values alone.</summary>
    RequestBody = 2,
    ResponseHead = 4,
    /// <summary>The answer with as much of its body as is held: none of one that is not text.</summary>
    ResponseBody = 8,
    /// <summary>The exchange has ended, however it did, and is about to be recorded. A verdict has no effect.</summary>
    End = 16,
}
