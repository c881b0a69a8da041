using System.Text;
using Crm.Files;

namespace Crm.Tests.Files;

public sealed class SignatureTests
{
    [Theory]
    [InlineData("application/pdf", "%PDF-1.7\n", null)]
    [InlineData("application/pdf", "hello", "something else")]
    [InlineData("text/plain", "hello", null)]
    [InlineData("text/plain", "%PDF-1.7\n", "application/pdf")]
    [InlineData("text/plain", "", null)]
    [InlineData("image/gif", "GIF89a......", null)]
    [InlineData("image/png", "GIF89a......", "image/gif")]
    [InlineData("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "PK\u0003\u0004....", null)]
    [InlineData("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "<html>", "something else")]
    [InlineData("image/svg+xml", "MZ......", "application/vnd.microsoft.portable-executable")]
    [InlineData("application/octet-stream", "MZ......", null)]
    public void Contradicts_TellsWhatTheContentIs(string declared, string start, string? other) =>
        Assert.Equal(other, Signatures.Contradicts(declared, Encoding.Latin1.GetBytes(start)));
}
