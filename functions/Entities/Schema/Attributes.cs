namespace Crm.Entities.Schema;

/// <summary>Set by the server alone: a client that sends it is refused, not ignored.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ServerSetAttribute : Attribute;

/// <summary>No two live records of a tenant have the same value, compared as <see cref="TextForms.Folded"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class UniqueAttribute : Attribute;

/// <summary>May be named in <c>orderby</c>. Records without a value come first.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SortableAttribute : Attribute;

/// <summary>Not indexed, so not usable in <c>filter</c>. Every other scalar is.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NotFilterableAttribute : Attribute;

/// <summary>Says something about a person: enters the hash chain as a salted digest, so that it can be erased and the chain still verifies.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PersonalAttribute : Attribute;

/// <summary>Up to 32,000 characters instead of 255; not filterable.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LongTextAttribute : Attribute;

/// <summary>The member that tells the elements of an embedded list apart: no two may have the same.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ElementKeyAttribute : Attribute;

/// <summary>A form of text with rules of its own; the value is stored in its normal form.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FormAttribute(TextForm form) : Attribute
{
    public TextForm Form { get; } = form;
}

/// <summary>How many digits a decimal has after the point, and its bounds.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NumberAttribute(int scale) : Attribute
{
    public int Scale { get; } = scale;

    public double Min { get; init; } = double.NegativeInfinity;

    public double Max { get; init; } = double.PositiveInfinity;

    /// <summary><see cref="Min"/> itself is too little.</summary>
    public bool AboveMin { get; init; }
}

/// <summary>What happens to a record whose reference loses its target.</summary>
public enum OnDelete
{
    /// <summary>The target cannot be deleted while it is referred to (409).</summary>
    Restrict,

    /// <summary>The reference becomes null, in a change of its own.</summary>
    SetNull,

    /// <summary>The record is deleted before its target.</summary>
    Cascade,
}

/// <summary>A live record of the same tenant: its id, or, where it may be of several collections, a <see cref="RecordLink"/>.</summary>
/// <param name="collections">Of which collections.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ReferenceAttribute(params string[] collections) : Attribute
{
    public IReadOnlyList<string> Collections { get; } = collections;

    public OnDelete OnDelete { get; init; }

    /// <summary>Following this reference never leads back to the record itself.</summary>
    public bool Acyclic { get; init; }
}

/// <summary>No two live records of a tenant have the same values in all of these fields.</summary>
/// <param name="fields">As in JSON.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class UniqueTogetherAttribute(params string[] fields) : Attribute
{
    public IReadOnlyList<string> Fields { get; } = fields;
}

/// <summary>The answer to its creation, and no other read, has a member <c>secret</c>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class WithSecretAttribute : Attribute;

/// <summary>Given on create from the tenant's sequence of this prefix: <c>A-00042</c>. No number is given twice; some may be skipped.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SequenceAttribute(string prefix) : Attribute
{
    public string Prefix { get; } = prefix;
}

/// <summary>
/// The moves of a state: <c>"new -> contacted, junk"</c>, and <c>"won, lost -> open by reopen"</c> for a move that only an action of that name makes.
/// A field without this attribute may take any of its values.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MovesAttribute(params string[] moves) : Attribute
{
    public IReadOnlyList<string> Moves { get; } = moves;
}
