using System.Text;
using Crm.Entities.Types;
using Crm.Webhooks.Inbound;
using Microsoft.AspNetCore.Http;

namespace Crm.Tests.Webhooks.Inbound;

/// <summary>Signatures that others have made.</summary>
public sealed class SignatureCheckTests
{
    /// <summary>The example that libraries for Standard Webhooks are tested with.</summary>
    [Fact]
    public void Standard_OfThePublishedExample_IsGood()
    {
        var headers = new HeaderDictionary
        {
            ["webhook-id"] = "msg_p5jXN8AQM9LWM0D4loKWxJek",
            ["webhook-timestamp"] = "1614265330",
            ["webhook-signature"] = "v1a,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        };
        var body = Encoding.UTF8.GetBytes("""{"test": 2432232314}""");

        Assert.True(SignatureCheck.IsSigned(new InboundSignature(), ["whsec_AAAA", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], headers, body));
        Assert.False(SignatureCheck.IsSigned(new InboundSignature(), ["whsec_AAAA"], headers, body));
        Assert.True(SignatureCheck.IsStale(new InboundSignature(), headers, DateTimeOffset.UnixEpoch));
        Assert.False(SignatureCheck.IsStale(new InboundSignature(), headers, DateTimeOffset.FromUnixTimeSeconds(1614265330 + 300)));
    }

    /// <summary>The example in GitHub's documentation, as it is, in capitals, in base64, and without what stands before it.</summary>
    [Theory]
    [InlineData("sha256=", SignatureEncoding.Hex, "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17", true)]
    [InlineData("sha256=", SignatureEncoding.Hex, "sha256=757107EA0EB2509FC211221CCE984B8A37570B6D7586C22C46F4379C8B043E17", true)]
    [InlineData(null, SignatureEncoding.Base64, "dXEH6g6yUJ/CESIczphLijdXC211hsIsRvQ3nIsEPhc=", true)]
    [InlineData("sha256=", SignatureEncoding.Hex, "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17", false)]
    [InlineData(null, SignatureEncoding.Base64, "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17", false)]
    [InlineData("sha256=", SignatureEncoding.Hex, "sha256=", false)]
    [InlineData(null, SignatureEncoding.Hex, "", false)]
    public void Plain_IsGoodInItsFormAlone(string? prefix, SignatureEncoding encoding, string sent, bool good)
    {
        var declared = new InboundSignature { Scheme = InboundScheme.HmacSha256, Header = "X-Hub-Signature-256", Encoding = encoding, Prefix = prefix };
        var headers = new HeaderDictionary { ["X-Hub-Signature-256"] = sent };

        Assert.Equal(good, SignatureCheck.IsSigned(declared, ["It's a Secret to Everybody"], headers, "Hello, World!"u8.ToArray()));
    }
}
