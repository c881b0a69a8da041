using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using Crm.Entities.Schema;
using Crm.Platform;
using Crm.Platform.Auth;

namespace Crm.Entities.Types;

public enum ContactRole
{
    DecisionMaker,
    Evaluator,
    Influencer,
    Champion,
    User,
    Other,
}

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

    /// <summary>From the opportunity's currency to the tenant's base currency; live while open, frozen at close.</summary>
    [ServerSet] public decimal? ExchangeRate { get; init; }

    /// <summary>The amount in the tenant's base currency; absent while no rate is known.</summary>
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

        var stage = StageId is null && context.Action == Reopen ? LastOpen(pipeline) ?? pipeline.First : StageId is null || (before is not null && before.PipelineId != PipelineId && before.StageId == StageId) ? pipeline.First : pipeline.Find(StageId);
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

    /// <summary>What it is worth in the tenant's base currency: live while open, frozen at close.</summary>
    private Opportunity Valued(Opportunity? before, WriteContext context)
    {
        var frozen = StageType != StageType.Open && before?.StageType == StageType && before.Amount == Amount;
        decimal? rate = frozen ? before!.ExchangeRate : Currency is null || Currency == context.Tenant.BaseCurrency ? 1m : null;
        var value = Amount * rate is { } exact ? Money.Round(exact, context.Tenant.BaseCurrency) : (decimal?)null;
        var weighted = value * Probability / 100m;
        return this with
        {
            ExchangeRate = rate,
            BaseAmount = value,
            WeightedAmount = weighted is null ? null : Money.Round(weighted.Value, context.Tenant.BaseCurrency),
        };
    }

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

/// <summary>A product in an opportunity.</summary>
public sealed record OpportunityLine
{
    [Reference("products")] public required string ProductId { get; init; }

    [Number(4, Min = 0, AboveMin = true)] public required decimal Quantity { get; init; }

    /// <summary>By default, the product's list price.</summary>
    [Number(4, Min = 0)] public decimal? UnitPrice { get; init; }

    [Number(2, Min = 0, Max = 100)] public decimal? DiscountPercent { get; init; }

    [ServerSet] public decimal Total { get; init; }

    internal OpportunityLine Priced(decimal? listPrice, string currency, WriteContext context, int index)
    {
        var price = UnitPrice ?? listPrice ?? 0;
        if ((double)Quantity * (double)price > Money.Max)
        {
            context.Refuse($"#/lines/{index}/quantity", "max", $"times the price, must not come to more than {Money.Max}");
            return this;
        }

        return this with { UnitPrice = price, Total = Money.Round(Quantity * price * (100 - (DiscountPercent ?? 0)) / 100, currency) };
    }
}

/// <summary>A person who takes part in a sale.</summary>
public sealed record OpportunityContact
{
    [Reference("contacts"), ElementKey] public required string ContactId { get; init; }

    public ContactRole? Role { get; init; }

    public bool IsPrimary { get; init; }
}

/// <summary>One move from stage to stage.</summary>
public sealed record StageMove
{
    public string? From { get; init; }

    public required string To { get; init; }

    public required DateTimeOffset At { get; init; }

    public required Actor By { get; init; }

    /// <summary>How long the opportunity had been in <see cref="From"/>.</summary>
    public required long DurationSeconds { get; init; }
}
