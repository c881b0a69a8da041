namespace Crm.Local.Cosmos.Query;

/// <summary>What has been read for a page, for its charge.</summary>
internal sealed class Access
{
    private int? _mostEntries;

    public int ItemsRead { get; set; }

    public int EntriesRead { get; set; }

    /// <summary>Whether reading ended because it had gone as far as it may, not because there was nothing more.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Whether no more entries may be read; who asks ends there.</summary>
    public bool IsSpent
    {
        get
        {
            if (EntriesRead < _mostEntries) return false;
            return IsCut |= _mostEntries is not null;
        }
    }

    /// <summary>Lets so many more entries be read from here on; as many as there are when null.</summary>
    public void Allow(int? more) => (_mostEntries, IsCut) = (EntriesRead + more, false);
}
