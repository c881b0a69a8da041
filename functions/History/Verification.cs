namespace Crm.History;

/// <summary>What working the chains out again has shown.</summary>
/// <param name="Valid">Every entry is as it was written, and none is missing.</param>
/// <param name="Checked">How many entries were looked at.</param>
/// <param name="FirstBroken">In the order of collections and ids; absent where there is none.</param>
public sealed record Verification(bool Valid, int Checked, BrokenEntry? FirstBroken);

/// <summary>An entry that is not as it was written.</summary>
/// <param name="Version">Of the entry.</param>
/// <param name="Reason">
/// <c>malformed</c>, <c>misplaced</c>, <c>hash-mismatch</c>, <c>personal-value-mismatch</c>: the entry itself; <c>missing</c>; <c>broken-link</c>: it does not
/// follow from the entry before; <c>record-missing</c>, <c>record-behind</c>, <c>record-differs</c>: the record is not what its last entry left.
/// </param>
public sealed record BrokenEntry(string Entity, string Id, int Version, string Reason);
