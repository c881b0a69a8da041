using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Crm.Campaigns.Tracking;

/// <summary>What recipients read that no template says, in one language. <c>{0}</c> is who writes to them, <c>{1}</c> what for.</summary>
/// <param name="Language">As HTML names it.</param>
internal sealed record Wording(string Language)
{
    public required string Unsubscribe { get; init; }

    public required string UnsubscribeQuestion { get; init; }

    public required string Unsubscribed { get; init; }

    public required string UnsubscribedDetail { get; init; }

    public required string Confirm { get; init; }

    public required string ConfirmQuestion { get; init; }

    public required string Confirmed { get; init; }

    public required string ConfirmedDetail { get; init; }

    /// <summary>In the mail that asks for it.</summary>
    public required string ConfirmMail { get; init; }

    public required string ConfirmMailIgnore { get; init; }

    public required string NoLink { get; init; }

    public required string NoLinkDetail { get; init; }

    public required string Expired { get; init; }

    public required string ExpiredDetail { get; init; }

    private static readonly Wording[] All =
    [
        new("en")
        {
            Unsubscribe = "Unsubscribe",
            UnsubscribeQuestion = "{0} will send you no more e-mail of the kind “{1}”.",
            Unsubscribed = "You are unsubscribed",
            UnsubscribedDetail = "{0} sends you no more e-mail of the kind “{1}”.",
            Confirm = "Confirm your subscription",
            ConfirmQuestion = "{0} will send you e-mail of the kind “{1}”. You can unsubscribe at any time.",
            Confirmed = "You are subscribed",
            ConfirmedDetail = "{0} may send you e-mail of the kind “{1}” from now on. Every mail has a link to unsubscribe.",
            ConfirmMail = "{0} was asked to send e-mail of the kind “{1}” to this address. If that is what you want, confirm it within 7 days:",
            ConfirmMailIgnore = "If you did not ask for it, do nothing: you will get no further mail.",
            NoLink = "This link does not work",
            NoLinkDetail = "A part of it may be missing. Open it once more from the mail.",
            Expired = "This link is no longer valid",
            ExpiredDetail = "It was valid for 7 days, or something else was said since. Please subscribe again.",
        },
        new("de")
        {
            Unsubscribe = "Abmelden",
            UnsubscribeQuestion = "{0} sendet Ihnen dann keine E-Mails der Art „{1}“ mehr.",
            Unsubscribed = "Sie sind abgemeldet",
            UnsubscribedDetail = "{0} sendet Ihnen keine E-Mails der Art „{1}“ mehr.",
            Confirm = "Anmeldung bestätigen",
            ConfirmQuestion = "{0} sendet Ihnen dann E-Mails der Art „{1}“. Sie können sich jederzeit abmelden.",
            Confirmed = "Sie sind angemeldet",
            ConfirmedDetail = "{0} darf Ihnen ab jetzt E-Mails der Art „{1}“ senden. In jeder steht ein Link zum Abmelden.",
            ConfirmMail = "{0} wurde gebeten, E-Mails der Art „{1}“ an diese Adresse zu senden. Wenn Sie das möchten, bestätigen Sie es innerhalb von 7 Tagen:",
            ConfirmMailIgnore = "Wenn Sie nicht darum gebeten haben, brauchen Sie nichts zu tun: Sie erhalten keine weitere E-Mail.",
            NoLink = "Dieser Link funktioniert nicht",
            NoLinkDetail = "Vielleicht fehlt ein Teil davon. Öffnen Sie ihn noch einmal aus der E-Mail.",
            Expired = "Dieser Link ist nicht mehr gültig",
            ExpiredDetail = "Er galt 7 Tage lang, oder seither wurde etwas anderes gesagt. Bitte melden Sie sich noch einmal an.",
        },
        new("fr")
        {
            Unsubscribe = "Se désabonner",
            UnsubscribeQuestion = "{0} ne vous enverra plus d’e-mails du type « {1} ».",
            Unsubscribed = "Vous êtes désabonné",
            UnsubscribedDetail = "{0} ne vous envoie plus d’e-mails du type « {1} ».",
            Confirm = "Confirmer l’abonnement",
            ConfirmQuestion = "{0} vous enverra des e-mails du type « {1} ». Vous pouvez vous désabonner à tout moment.",
            Confirmed = "Vous êtes abonné",
            ConfirmedDetail = "{0} peut désormais vous envoyer des e-mails du type « {1} ». Chacun contient un lien de désabonnement.",
            ConfirmMail = "Il a été demandé à {0} d’envoyer des e-mails du type « {1} » à cette adresse. Si vous le souhaitez, confirmez-le dans les 7 jours :",
            ConfirmMailIgnore = "Si vous ne l’avez pas demandé, ne faites rien : vous ne recevrez pas d’autre message.",
            NoLink = "Ce lien ne fonctionne pas",
            NoLinkDetail = "Il en manque peut-être une partie. Ouvrez-le de nouveau depuis le message.",
            Expired = "Ce lien n’est plus valable",
            ExpiredDetail = "Il était valable 7 jours, ou autre chose a été dit depuis. Veuillez vous abonner de nouveau.",
        },
        new("es")
        {
            Unsubscribe = "Darse de baja",
            UnsubscribeQuestion = "{0} no le enviará más correos del tipo «{1}».",
            Unsubscribed = "Se ha dado de baja",
            UnsubscribedDetail = "{0} ya no le envía correos del tipo «{1}».",
            Confirm = "Confirmar la suscripción",
            ConfirmQuestion = "{0} le enviará correos del tipo «{1}». Puede darse de baja en cualquier momento.",
            Confirmed = "Se ha suscrito",
            ConfirmedDetail = "A partir de ahora {0} puede enviarle correos del tipo «{1}». Cada uno tiene un enlace para darse de baja.",
            ConfirmMail = "Se ha pedido a {0} que envíe correos del tipo «{1}» a esta dirección. Si es lo que desea, confírmelo en un plazo de 7 días:",
            ConfirmMailIgnore = "Si no lo ha pedido, no haga nada: no recibirá más mensajes.",
            NoLink = "Este enlace no funciona",
            NoLinkDetail = "Puede que le falte una parte. Ábralo de nuevo desde el mensaje.",
            Expired = "Este enlace ya no es válido",
            ExpiredDetail = "Era válido durante 7 días, o desde entonces se ha dicho otra cosa. Suscríbase de nuevo.",
        },
    ];

    /// <param name="language">A BCP 47 tag; English stands in for what is not here.</param>
    public static Wording Of(string? language) => Find(language) ?? All[0];

    /// <summary>In the language that the reader's browser likes best of those there are.</summary>
    public static Wording Of(HttpRequest request)
    {
        if (!StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptLanguage, out var liked))
            return All[0];

        return liked.Where(language => language.Quality != 0).OrderByDescending(language => language.Quality ?? 1)
            .Select(language => Find(language.Value.Value))
            .FirstOrDefault(found => found is not null) ?? All[0];
    }

    public static string Fill(string text, string sender, string purpose) => string.Format(CultureInfo.InvariantCulture, text, sender, purpose);

    private static Wording? Find(string? tag) =>
        All.FirstOrDefault(wording => wording.Language.Equals(tag?.Split('-')[0], StringComparison.OrdinalIgnoreCase));
}
