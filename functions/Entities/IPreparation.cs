namespace Crm.Entities;

/// <summary>
/// Reads what an entity's rules need and no reference names, and hands it to them by <see cref="WriteContext.Provide"/>: so the rules themselves wait for
/// nothing. A slice registers it; it runs in every write of the entity, after references are read.
/// </summary>
public interface IPreparation
{
    /// <summary>The record type it is for.</summary>
    Type Record { get; }

    /// <param name="entity">The record with its defaults, before its rules.</param>
    Task PrepareAsync(Entity entity, WriteContext context, CancellationToken cancellation);
}
