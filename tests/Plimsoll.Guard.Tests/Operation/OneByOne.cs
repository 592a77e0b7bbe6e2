namespace Plimsoll.Guard.Tests.Operation;

/// <summary>Tests of guards that SIGHUP reaches: the signal of one test is for the whole process.</summary>
[CollectionDefinition(Name)]
public sealed class OneByOne
{
    public const string Name = "guards that SIGHUP reaches";
}
