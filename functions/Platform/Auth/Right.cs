namespace Crm.Platform.Auth;

/// <summary>What may be done with records.</summary>
public enum Right
{
    Read,
    Create,
    Update,
    Delete,
    Export,
}

/// <summary>Whose records a grant covers. Each scope includes those before it.</summary>
public enum GrantScope
{
    None,

    /// <summary>Records that the user owns.</summary>
    Own,

    /// <summary>Records of the user's teams.</summary>
    Team,

    /// <summary>Records of the user's teams and those below them.</summary>
    TeamTree,
    All,
}

/// <summary>Rights that are about more than the records of one collection.</summary>
public enum SpecialGrant
{
    ManageUsers,
    ManageSchema,
    Import,
    MassUpdate,
    ViewHistory,
    ErasePersonalData,
    ManageWebhooks,
    OverrideDuplicates,

    /// <summary>Set a price that the price search does not give.</summary>
    OverridePrices,
}
