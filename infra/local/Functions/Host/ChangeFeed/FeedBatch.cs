using System.Globalization;
using Newtonsoft.Json;

namespace Crm.Local.Functions.ChangeFeed;

/// <summary>The documents of one page of a change feed, as the extension hands them to a function.</summary>
/// <param name="Json">An array.</param>
internal sealed record FeedBatch(string Json, int Count)
{
    // In the page's object, in its array of documents.
    private const int DocumentDepth = 2;

    /// <summary>
    /// The extension reads documents with Newtonsoft's defaults and writes them again. So text that looks like a time with more than a date
    /// arrives rewritten (fraction without trailing zeros, another offset as the machine's). From reader to writer, the trees between need not be made.
    /// </summary>
    public static FeedBatch Read(Stream page)
    {
        using var reader = new JsonTextReader(new StreamReader(page));
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using var writer = new JsonTextWriter(text);
        var count = 0;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonToken.PropertyName)
        {
            if (reader.Value is not "Documents")
            {
                reader.Skip();
                continue;
            }

            do
            {
                reader.Read();
                if (reader.TokenType == JsonToken.StartObject && reader.Depth == DocumentDepth) count++;
                writer.WriteToken(reader, writeChildren: false);
            }
            while (reader.TokenType != JsonToken.EndArray || reader.Depth >= DocumentDepth);
        }

        return new FeedBatch(text.ToString(), count);
    }
}
