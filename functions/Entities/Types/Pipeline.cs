using System.ComponentModel.DataAnnotations;
using Crm.Entities.Schema;

namespace Crm.Entities.Types;

public enum StageType
{
    Open,
    Won,
    Lost,
}

public enum ForecastCategory
{
    Pipeline,
    BestCase,
    Commit,
    Closed,
    Omitted,
}

/// <summary>The stages a sale goes through.</summary>
public sealed record Pipeline : Entity
{
    [Unique, Sortable] public required string Name { get; init; }

    public bool IsActive { get; init; } = true;

    [MinLength(1), MaxLength(30)] public required IReadOnlyList<Stage> Stages { get; init; }

    /// <summary>The pipeline a new tenant starts with.</summary>
    public static Pipeline Standard { get; } = new()
    {
        Name = "Sales",
        Stages =
        [
            new() { Name = "Prospecting", Order = 1, Type = StageType.Open, Probability = 10, ForecastCategory = ForecastCategory.Pipeline },
            new() { Name = "Qualification", Order = 2, Type = StageType.Open, Probability = 20, ForecastCategory = ForecastCategory.Pipeline },
            new() { Name = "Proposal", Order = 3, Type = StageType.Open, Probability = 50, ForecastCategory = ForecastCategory.BestCase },
            new() { Name = "Negotiation", Order = 4, Type = StageType.Open, Probability = 80, ForecastCategory = ForecastCategory.Commit },
            new() { Name = "Closed Won", Order = 5, Type = StageType.Won, Probability = 100, ForecastCategory = ForecastCategory.Closed },
            new() { Name = "Closed Lost", Order = 6, Type = StageType.Lost, Probability = 0, ForecastCategory = ForecastCategory.Omitted },
        ],
    };

    /// <summary>Where a new opportunity begins: the first open stage, else the first.</summary>
    internal Stage First => Stages.Where(stage => stage.Type == StageType.Open).MinBy(stage => stage.Order) ?? Stages.MinBy(stage => stage.Order)!;

    internal Stage? Find(string? stageId) => Stages.FirstOrDefault(stage => stage.Id == stageId);

    protected internal override Entity Complete(WriteContext context)
    {
        if (!Stages.Any(stage => stage is { Type: StageType.Won, Probability: 100 }))
            context.Refuse("#/stages", "won-stage", "needs at least one stage of type won with probability 100");
        if (!Stages.Any(stage => stage is { Type: StageType.Lost, Probability: 0 }))
            context.Refuse("#/stages", "lost-stage", "needs at least one stage of type lost with probability 0");
        foreach (var (stage, index) in Stages.Select((stage, index) => (stage, index)))
            foreach (var field in stage.RequiredFields.Where(field => !context.Catalog.Of<Opportunity>().Fields.ContainsKey(field)))
                context.Refuse($"#/stages/{index}/requiredFields", "unknown-field", $"'{field}' is no field of opportunities");

        // A stage keeps its id for life: opportunities refer to it.
        var known = (context.Before as Pipeline)?.Stages.Select(stage => stage.Id).ToHashSet() ?? [];
        return this with
        {
            Stages = [.. Stages.Select(stage => known.Contains(stage.Id) ? stage : stage with { Id = context.NewId() })],
        };
    }
}

/// <summary>One stage of a pipeline.</summary>
public sealed record Stage
{
    [ServerSet, ElementKey] public string Id { get; init; } = "";

    [StringLength(100, MinimumLength = 1)] public required string Name { get; init; }

    [Number(0)] public required int Order { get; init; }

    public required StageType Type { get; init; }

    [Number(2, Min = 0, Max = 100)] public required decimal Probability { get; init; }

    public required ForecastCategory ForecastCategory { get; init; }

    /// <summary>Days after which a sale that still stands here is going stale.</summary>
    [Number(0, Min = 1)] public int? RottenAfterDays { get; init; }

    /// <summary>Fields an opportunity must have to be here.</summary>
    [MaxLength(20)] public IReadOnlyList<string> RequiredFields { get; init; } = [];
}
