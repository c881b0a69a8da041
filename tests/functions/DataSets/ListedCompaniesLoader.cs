using System.Net;
using System.Text.Json.Nodes;
using Row = System.Collections.Generic.IReadOnlyDictionary<string, string>;

namespace Crm.Tests.DataSets;

/// <summary>
/// Loads the companies as accounts. Names are sent as they stand; who speaks for a company is kept in the description, with the rare characters that
/// the file writes as HTML entities.
/// </summary>
internal sealed class ListedCompaniesLoader(DataSetLoad load)
{
    /// <summary>Where a company of Taiwan would have its country of registration.</summary>
    private const string Nothing = "－";

    public Task LoadAsync() => load.PostAllAsync(
        ListedCompanies.File, "accounts", load.Read(ListedCompanies.File), row => row["公司代號"], Account, dispensable: ["phone", "email", "website"]);

    /// <summary>The people of a company, by their office.</summary>
    public static string People(Row row) => WebUtility.HtmlDecode($"董事長 {row["董事長"]}\n總經理 {row["總經理"]}\n發言人 {row["發言人"]}（{row["發言人職稱"]}）");

    private JsonObject Account(Row row)
    {
        load.Report.Remark("capital, shares, dates, auditors, transfer agent, fax and English names have no field and are left out");
        var account = new JsonObject
        {
            ["name"] = row["公司名稱"],
            ["accountType"] = "prospect",
            ["industry"] = row["產業別"],
            ["taxId"] = row["營利事業統一編號"],
            ["billingAddress"] = new JsonObject { ["line1"] = row["住址"] },
            ["phone"] = DataSetLoad.Phone(row["總機電話"], "TW"),
            ["email"] = Email(row["電子郵件信箱"].Trim()),
            ["website"] = Website(row["網址"].Trim()),
            ["tags"] = new JsonArray(row["公司簡稱"]),
            ["externalIds"] = load.ExternalId(row["公司代號"]),
            ["description"] = People(row),
        };
        if (row["外國企業註冊地國"].Trim() is var registered && registered != Nothing)
        {
            load.Report.Remark("country of registration has no field and is kept as a tag");
            account["tags"]!.AsArray().Add(registered);
        }

        return account;
    }

    private string Email(string text)
    {
        if (text.IndexOf(';', StringComparison.Ordinal) is not (> 0 and var end))
            return text;

        load.Report.Remark("an account has one e-mail address: the second is left out");
        return text[..end].Trim();
    }

    private string Website(string text)
    {
        if (text.Contains("://", StringComparison.Ordinal))
            return text;

        load.Report.Remark("a web site without a scheme is taken for http");
        return $"http://{text}";
    }
}
