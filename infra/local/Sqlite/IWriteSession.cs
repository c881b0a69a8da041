namespace Crm.Local.Sqlite;

/// <summary>What the writer thread works with. All of it is called on that thread alone.</summary>
internal interface IWriteSession
{
    void Begin();

    /// <param name="alone">The transaction held one write, which had asked to be alone.</param>
    void Commit(bool alone);

    void Rollback();
}
