namespace Plimsoll.Guard.Events;

/// <summary>Where events go. Called from all connections at once; copies what it wants, does not wait, and never throws.</summary>
internal interface IEventSink
{
    void Record(in GuardEvent recorded);
}
