using System.Text.Json;
using Plimsoll.Guard.Egress;

namespace Plimsoll.Guard.Events;

/// <summary>How one event is written.</summary>
internal abstract class EventFormat
{
    /// <summary>Behind each event.</summary>
    public abstract byte Separator { get; }

    /// <param name="dropped">Events that were lost before this one.</param>
    public abstract void Write(Utf8JsonWriter json, in GuardEvent recorded, long dropped);

    public abstract void Write(Utf8JsonWriter json, Notice notice, long dropped);

    public abstract void Write(Utf8JsonWriter json, EgressEvent recorded, long dropped);
}
