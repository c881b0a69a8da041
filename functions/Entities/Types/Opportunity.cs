using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using Crm.Entities.Schema;
using Crm.Platform;

namespace Crm.Entities.Types;

/// <summary>A sale in the making.</summary>
public sealed record Opportunity : Entity
{
    /// <summary>The action that opens a closed opportunity again.</summary>
    public const string Reopen = "reopen";

    private const int HistoryKept = 100;

    [Sortable] public required string Name { get; init; }

    [Reference("accounts")] public string? AccountId { get; init; }

    [Reference("customers")] public string? CustomerId { get; init; }

    /// <summary>By default, the tenant's default pipeline.</summary>
    [Reference("pipelines")] public string? PipelineId { get; init; }

    /// <summary>By default, the pipeline's first open stage.</summary>
    public string? StageId { get; init; }

    /// <summary>The type of the stage: whether the sale is open, won or lost.</summary>
    [ServerSet, Sortable, Moves("open -> won, lost", "won, lost -> open by reopen")] public StageType StageType { get; init; }

    /// <summary>The sum of the lines where there are any; then it cannot be set.</summary>
    [Number(4, Min = 0, Max = Money.Max), Sortable] public decimal? Amount { get; init; }

    [Form(TextForm.Currency)] public string? Currency { get; init; }

    [MaxLength(100)] public IReadOnlyList<OpportunityLine> Lines { get; init; } = [];

    /// <summary>By default, the stage's. Set by hand, it stays until the sale closes or it is set to null.</summary>
    [Number(2, Min = 0, Max = 100), Sortable] public decimal? Probability { get; init; }

    [ServerSet] public bool ProbabilityOverridden { get; init; }

    [Sortable] public ForecastCategory? ForecastCategory { get; init; }

    /// <summary>Expected while open, actual once won or lost, and then required.</summary>
    [Sortable] public DateOnly? CloseDate { get; init; }

    public string? NextStep { get; init; }

    public string? Source { get; init; }

    /// <summary>A campaign is not deleted while sales are put down to it.</summary>
    [Reference("campaigns")] public string? CampaignId { get; init; }

    [MaxLength(20)] public IReadOnlyList<OpportunityContact> Contacts { get; init; } = [];

    public string? LostReason { get; init; }

    [LongText] public string? LostNotes { get; init; }

    [ServerSet] public DateTimeOffset? WonAt { get; init; }

    [ServerSet] public DateTimeOffset? LostAt { get; init; }

    [ServerSet, Sortable] public DateTimeOffset? ClosedAt { get; init; }

    [ServerSet, Sortable] public DateTimeOffset? StageEnteredAt { get; init; }

    /// <summary>
    /// From the opportunity's currency to the tenant's base currency. While it is open, that of the day it was last written; once closed, that of its close date,
    /// for good. Absent where none is known.
    /// </summary>
    [ServerSet, Number(8)] public decimal? ExchangeRate { get; init; }

    /// <summary>The amount in the tenant's base currency; absent as long as no rate is known.</summary>
    [ServerSet, Sortable] public decimal? BaseAmount { get; init; }

    /// <summary><see cref="BaseAmount"/> × <see cref="Probability"/>.</summary>
    [ServerSet, Sortable] public decimal? WeightedAmount { get; init; }

    /// <summary>The latest moves; every one is in the history log.</summary>
    [ServerSet, MaxLength(HistoryKept), NotFilterable] public IReadOnlyList<StageMove> StageHistory { get; init; } = [];

    protected internal override Entity WithDefaults(WriteContext context) => this with { PipelineId = PipelineId ?? context.Tenant.DefaultPipelineId };

    protected internal override IEnumerable<RecordRef> Reads(WriteContext context)
    {
        var before = context.Before as Opportunity;
        var staged = before is not null && before.PipelineId == PipelineId && before.StageId == StageId
            && Probability is not null && before.Probability == Probability && ForecastCategory is not null && before.ForecastCategory == ForecastCategory
            && !GivesUpAField(before, context);
        if (PipelineId is not null && !staged)
            yield return new RecordRef("pipelines", PipelineId);
        foreach (var line in Lines.Where(line => line.UnitPrice is null))
            yield return new RecordRef("products", line.ProductId);
    }

    protected internal override Entity Complete(WriteContext context)
    {
        context.AtMostOne(Contacts, contact => contact.IsPrimary, "#/contacts");
        var before = context.Before as Opportunity;
        return Priced(before, context).Staged(before, context).Valued(before, context);
    }

    /// <summary>Lines and their sum.</summary>
    private Opportunity Priced(Opportunity? before, WriteContext context)
    {
        if (Lines.Count == 0)
            return this with { Amount = Amount ?? 0 };

        var currency = Currency ?? context.Tenant.BaseCurrency;
        var lines = Lines.Select((line, index) => line.Priced(context.Find<Product>(line.ProductId)?.ListPrice, currency, context, index)).ToList();
        var sum = lines.Sum(line => line.Total);
        if ((double)sum > Money.Max)
            context.Refuse("#/lines", "max", $"must not come to more than {Money.Max}");
        var untouched = Amount is null || Amount == sum || (before is not null && Amount == before.Amount);
        if (!untouched)
            context.Refuse("#/amount", "read-only", "is the sum of the lines; change the lines, or leave the amount out");

        return this with { Lines = lines, Amount = sum };
    }

    /// <summary>The stage and what follows from it.</summary>
    private Opportunity Staged(Opportunity? before, WriteContext context)
    {
        if (PipelineId is null)
        {
            context.Refuse("#/pipelineId", "required", "is required: the tenant has no default pipeline");
            return this;
        }

        // Not read: nothing that depends on the stage has changed.
        if (context.Find<Pipeline>(PipelineId) is not { } pipeline)
            return Closing(before, context);

        var stage = StageIn(pipeline, context);
        if (stage is null)
        {
            context.Refuse("#/stageId", "unknown-stage", $"is no stage of the pipeline '{pipeline.Name}'; its stages: {string.Join(", ", pipeline.Stages.Select(s => $"{s.Id} ({s.Name})"))}");
            return this;
        }

        var moved = before?.StageId != stage.Id;
        var byHand = Probability is not null && Probability != before?.Probability;
        var overridden = stage.Type == StageType.Open && Probability is not null
            && (byHand ? Probability != stage.Probability : before?.ProbabilityOverridden ?? false);
        var keepsForecast = ForecastCategory is not null && (!moved || ForecastCategory != before?.ForecastCategory);
        var staged = this with
        {
            StageId = stage.Id,
            StageType = stage.Type,
            Probability = overridden ? Probability : stage.Probability,
            ProbabilityOverridden = overridden,
            ForecastCategory = keepsForecast ? ForecastCategory : stage.ForecastCategory,
            StageEnteredAt = moved ? context.Now : StageEnteredAt,
            StageHistory = moved && before is not null ? [.. StageHistory.TakeLast(HistoryKept - 1), Move(before, stage, context)] : StageHistory,
        };
        if (moved && before is not null)
            context.Announce("stage_changed");

        var data = context.Catalog.Of<Opportunity>().Serialize(staged);
        foreach (var field in stage.RequiredFields.Where(field => IsEmpty(data[field])))
            context.Refuse($"#/{field}", "required", $"is required in the stage '{stage.Name}'");

        return staged.Closing(before, context);
    }

    private Opportunity Closing(Opportunity? before, WriteContext context)
    {
        if (StageType == StageType.Open)
        {
            if (before is not null && before.StageType != StageType.Open)
                context.Announce("reopened");
            return this with { WonAt = null, LostAt = null, ClosedAt = null };
        }

        if (CloseDate is null)
            context.Refuse("#/closeDate", "required", "is required once an opportunity is won or lost");

        if (before?.StageType == StageType)
            return this;

        context.Announce(StageType == StageType.Won ? "won" : "lost");
        return this with
        {
            ClosedAt = context.Now,
            WonAt = StageType == StageType.Won ? context.Now : null,
            LostAt = StageType == StageType.Lost ? context.Now : null,
        };
    }

    /// <summary>The day whose exchange rate this write takes; null where the one it has is frozen.</summary>
    internal DateOnly? RatedOn(WriteContext context)
    {
        var type = context.Find<Pipeline>(PipelineId) is { } pipeline ? StageIn(pipeline, context)?.Type ?? StageType : StageType;
        if (type == StageType.Open)
            return context.Today;

        // Where none was known then, there may be one by now.
        return context.Before is Opportunity { ExchangeRate: not null } before && before.StageType == type && before.Currency == Currency ? null
            : CloseDate < context.Today ? CloseDate
            : context.Today;
    }

    /// <summary>What it is worth in the tenant's base currency.</summary>
    private Opportunity Valued(Opportunity? before, WriteContext context)
    {
        var rate = context.Provided<RateOfDay>() is { } live ? live.Rate : before?.ExchangeRate;
        var value = Amount * rate is { } exact ? Money.Round(exact, context.Tenant.BaseCurrency) : (decimal?)null;
        if (value > (decimal)Money.Max)
            context.Refuse("#/amount", "max", $"must not come to more than {Money.Max} {context.Tenant.BaseCurrency}");
        var weighted = value * Probability / 100m;
        return this with
        {
            ExchangeRate = rate,
            BaseAmount = value,
            WeightedAmount = weighted is null ? null : Money.Round(weighted.Value, context.Tenant.BaseCurrency),
        };
    }

    /// <summary>The stage it shall be in; null where the pipeline has no such stage.</summary>
    private Stage? StageIn(Pipeline pipeline, WriteContext context) =>
        StageId is null && context.Action == Reopen ? LastOpen(pipeline) ?? pipeline.First
        : StageId is null || (context.Before is Opportunity before && before.PipelineId != PipelineId && before.StageId == StageId) ? pipeline.First
        : pipeline.Find(StageId);

    /// <summary>Where it last stood before it closed, as far as that stage is still there.</summary>
    private Stage? LastOpen(Pipeline pipeline) =>
        StageHistory.Reverse().Select(move => pipeline.Find(move.From)).FirstOrDefault(stage => stage?.Type == StageType.Open);

    /// <summary>Whether a field loses its value: the stage may require it.</summary>
    private bool GivesUpAField(Opportunity before, WriteContext context)
    {
        var type = context.Catalog.Of<Opportunity>();
        var has = type.Serialize(this);
        return type.Serialize(before).Any(member => !IsEmpty(member.Value) && IsEmpty(has[member.Key]));
    }

    private static bool IsEmpty(JsonNode? value) => value is null or JsonArray { Count: 0 };

    private static StageMove Move(Opportunity before, Stage stage, WriteContext context) => new()
    {
        From = before.StageId,
        To = stage.Id,
        At = context.Now,
        By = context.Caller.Actor,
        DurationSeconds = (long)(context.Now - (before.StageEnteredAt ?? before.CreatedAt)).TotalSeconds,
    };
}
