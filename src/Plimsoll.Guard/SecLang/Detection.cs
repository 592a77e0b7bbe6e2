namespace Plimsoll.Guard.SecLang;

/// <summary>What judges injections beside rules of the Core Rule Set.</summary>
public enum Detection : byte
{
    /// <summary>The verdict on structure overrules rules that look for words.</summary>
    Structural,

    /// <summary>Every rule counts as it stands.</summary>
    Crs,
}
