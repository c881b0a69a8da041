using System.Globalization;
using System.Net.Mail;
using System.Text;
using System.Text.RegularExpressions;
using PhoneNumbers;

namespace Crm.Entities.Schema;

/// <summary>Forms of text with rules of their own.</summary>
public enum TextForm
{
    Email,
    Phone,
    Url,
    Domain,
    Currency,
    Country,
    TimeZone,
    Language,
    Recurrence,
    MediaType,
}

/// <summary>Checks a text against its form and brings it into its normal form.</summary>
public static partial class TextForms
{
    private static readonly PhoneNumberUtil Phones = PhoneNumberUtil.GetInstance();

    private static readonly Lazy<(HashSet<string> Countries, HashSet<string> Currencies)> Iso = new(() =>
    {
        var regions = CultureInfo.GetCultures(CultureTypes.SpecificCultures)
            .Select(culture => new RegionInfo(culture.Name))
            .Where(region => region.TwoLetterISORegionName.Length == 2)
            .ToList();
        // Beside those of a culture: the regions where nobody lives, and the currencies that are not their country's first or only one.
        return (
            [.. regions.Select(region => region.TwoLetterISORegionName), "AQ", "BV", "GS", "HM", "TF"],
            [.. regions.Select(region => region.ISOCurrencySymbol).Where(code => code.Length == 3), "LSL", "SVC", "ZWG"]);
    });

    /// <summary>What to tell the sender of a value that is not of the form.</summary>
    public static string Requirement(TextForm form) => form switch
    {
        TextForm.Email => "must be an e-mail address such as name@example.com",
        TextForm.Phone => "must be a phone number in international form such as +49 30 123456",
        TextForm.Url => "must be an absolute http or https URL",
        TextForm.Domain => "must be a domain name such as example.com",
        TextForm.Currency => "must be an ISO 4217 currency code such as EUR",
        TextForm.Country => "must be an ISO 3166-1 alpha-2 country code such as DE",
        TextForm.TimeZone => "must be an IANA time zone such as Europe/Berlin",
        TextForm.Language => "must be a BCP 47 language tag such as de or pt-BR",
        TextForm.Recurrence => "must be a recurrence rule (RFC 5545) such as FREQ=WEEKLY;BYDAY=MO;COUNT=10",
        TextForm.MediaType => "must be a media type without parameters such as application/pdf",
        _ => throw new ArgumentOutOfRangeException(nameof(form)),
    };

    /// <summary>The normal form of a text, or null where it is not of the form.</summary>
    public static string? Normalize(TextForm form, string text) => form switch
    {
        TextForm.Email => Email(text),
        TextForm.Phone => Phone(text),
        TextForm.Url => !WhiteSpace().IsMatch(text) && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0 ? text : null,
        TextForm.Domain => Domain().IsMatch(text) ? text.ToLowerInvariant() : null,
        TextForm.Currency => Iso.Value.Currencies.Contains(text) ? text : null,
        TextForm.Country => Iso.Value.Countries.Contains(text) ? text : null,
        TextForm.TimeZone => ZoneName().IsMatch(text) && TimeZoneInfo.TryFindSystemTimeZoneById(text, out var zone) && zone.HasIanaId && zone.Id == text ? text : null,
        TextForm.Language => LanguageTag().IsMatch(text) ? text : null,
        TextForm.Recurrence => RecurrenceRules.Normalize(text),
        TextForm.MediaType => MediaType().IsMatch(text) ? text.ToLowerInvariant() : null,
        _ => throw new ArgumentOutOfRangeException(nameof(form)),
    };

    /// <summary>
    /// Text as people compare it: compatibility forms and letter case made equal, white space trimmed and collapsed. For unique values
    /// and matching; never shown. U+FFFE, which normalising refuses, counts as the replacement character.
    /// </summary>
    public static string Folded(string text) =>
        WhiteSpace().Replace(text.Replace('\uFFFE', '\uFFFD').Normalize(NormalizationForm.FormKC).ToLowerInvariant(), " ").Trim();

    /// <summary>
    /// Text as people look it up in a list: <see cref="Folded"/>, and Latin, Greek and Cyrillic letters without their accents, so that Émile and Šárka
    /// do not stand behind Zoë. Other scripts keep their marks and sort by code point.
    /// </summary>
    public static string SortKey(string text) =>
        Accents().Replace(Folded(text).Normalize(NormalizationForm.FormD), "").Normalize(NormalizationForm.FormC);

    private static string? Email(string text) =>
        text.Length <= 254 && text.LastIndexOf('@') <= 64 && MailAddress.TryCreate(text, out var address) && address.Address == text && Domain().IsMatch(address.Host)
            ? text.ToLowerInvariant()
            : null;

    private static string? Phone(string text)
    {
        try
        {
            var number = Phones.Parse(text, null);
            return Phones.IsPossibleNumber(number) ? Phones.Format(number, PhoneNumberFormat.E164) : null;
        }
        catch (NumberParseException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^(?=.{1,253}$)([\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])$")]
    private static partial Regex Domain();

    [GeneratedRegex("^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$")]
    private static partial Regex LanguageTag();

    /// <summary>RFC 6838, section 4.2.</summary>
    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\z")]
    private static partial Regex MediaType();

    /// <summary>
    /// Zones are looked up as files: a name with dots in it would be a path to any other. Some of their files are no zones: this machine's own, the
    /// place-holder for none, and two copies of all the others.
    /// </summary>
    [GeneratedRegex("^(?!(localtime|posixrules|Factory)$|(posix|right)/)[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$")]
    private static partial Regex ZoneName();

    [GeneratedRegex(@"(?<=[\p{IsBasicLatin}\p{IsLatin-1Supplement}\p{IsLatinExtended-A}\p{IsLatinExtended-B}\p{IsGreek}\p{IsCyrillic}])[\u0300-\u036f]+")]
    private static partial Regex Accents();

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
