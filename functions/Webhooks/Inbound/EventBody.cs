using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Platform;
using Crm.Platform.Http;
using Crm.Platform.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Crm.Webhooks.Inbound;

/// <summary>What the mapping sees of a body. A form is an object of texts; a name that comes more than once is a list of them.</summary>
internal static class EventBody
{
    private const int MostFields = 1000;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static Result<JsonElement> Read(ReadOnlyMemory<byte> body, bool isForm, RequestLimits limits) => isForm ? ReadForm(body) : RequestReader.Parse(body, limits);

    private static Result<JsonElement> ReadForm(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var reader = new FormReader(Utf8.GetString(body.Span)) { ValueCountLimit = MostFields, ValueLengthLimit = int.MaxValue };
            return JsonSerializer.SerializeToElement(new JsonObject(reader.ReadForm().Select(field => KeyValuePair.Create(field.Key, Value(field.Value)))), CrmJson.Options);
        }
        catch (Exception invalid) when (invalid is ArgumentException or InvalidDataException)
        {
            return new BadRequest("invalid-form", $"The body is not a form as it should be: it is UTF-8, and has at most {MostFields} fields.");
        }
    }

    private static JsonNode? Value(StringValues texts) => texts is [var only] ? only : new JsonArray([.. texts.Select(text => (JsonNode?)text)]);
}
