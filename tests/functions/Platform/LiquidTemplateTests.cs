using System.Text.Json.Nodes;
using Crm.Platform.Templates;

namespace Crm.Tests.Platform;

public sealed class LiquidTemplateTests
{
    [Theory]
    [InlineData("plain text, { even } with braces }} %}")]
    [InlineData("{{ contact.firstName }}{{- contact.last_name | upcase -}}")]
    [InlineData("{{ a | default: 'x', allow_false: true | truncate: 20, \"…\" }}")]
    [InlineData("{% if a == 1 and b contains 'x' or c %}1{% elsif d != -2.5 %}2{% else %}3{% endif %}")]
    [InlineData("{% unless a %}x{% else %}y{% endunless %}")]
    [InlineData("{% case a %}{% when 1, 2 %}x{% when 'b' or nil %}y{% else %}z{% endcase %}")]
    [InlineData("{% for i in n reversed limit:2 offset: 1 %}{% if i > 3 %}{% break %}{% endif %}{% else %}none{% endfor %}")]
    [InlineData("{% for i in (1..9) reversed %}{{ i }}{% endfor %}")]
    [InlineData("{% assign x = a.b[0]['c'].d | times: 2 %}{% capture y %}{{ x }}{% endcapture %}")]
    [InlineData("{% comment %} {{ broken {% endcomment %}{%- raw -%} {{ neither {% endcomment %} {% endraw %}")]
    [InlineData("早上好 {{ contact.firstName }} 🌷")]
    public void Read_WithWhatMessagesNeed_FindsNoError(string text) => Assert.Null(LiquidTemplate.Read(text).Error);

    [Theory]
    [InlineData("Hi {{ a", "'{{' is never closed by '}}' (line 1, column 4)")]
    [InlineData("{% if x %}\n a", "'if' has no 'endif' (line 1, column 1)")]
    [InlineData("a\nbc {% endif %}", "'endif' closes nothing (line 2, column 4)")]
    [InlineData("{% if a %}{% for x in y %}{% endif %}", "'endif' stands where 'endfor' should (line 1, column 27)")]
    [InlineData("{% if a %}{% else %}{% else %}{% endif %}", "'else' cannot stand here (line 1, column 21)")]
    [InlineData("{% include 'x' %}", "there is no tag 'include' (line 1, column 1)")]
    [InlineData("{{ a | }}", "a name is missing here (line 1, column 8)")]
    [InlineData("{{ }}", "a value is missing here (line 1, column 4)")]
    [InlineData("{{ 'it''s' }}", "''s'' does not belong here (line 1, column 8)")]
    [InlineData("{{ a b }}", "'b' does not belong here (line 1, column 6)")]
    [InlineData("{{ a.'b' }}", "expected a name instead of ''b'' (line 1, column 6)")]
    [InlineData("{{ 'x }}", "the text that begins here has no closing quote (line 1, column 4)")]
    [InlineData("{{ a & b }}", "unexpected character '&' (line 1, column 6)")]
    [InlineData("{{ 🌷 }}", "unexpected character '🌷' (line 1, column 4)")]
    [InlineData("{% if a == %}{% endif %}", "a value is missing here (line 1, column 12)")]
    [InlineData("{% assign x 3 %}", "expected '=' instead of '3' (line 1, column 13)")]
    [InlineData("{% for x of y %}{% endfor %}", "expected 'in' instead of 'of' (line 1, column 10)")]
    [InlineData("{% break %}", "'break' stands outside of a for (line 1, column 1)")]
    [InlineData("{% comment %}", "'comment' has no 'endcomment' (line 1, column 1)")]
    [InlineData("{% for i in (1..n) %}{% endfor %}", "a range is from one whole number to another, each from 0 to 1000 (line 1, column 17)")]
    [InlineData("{% for i in (1..1000000000) %}{% endfor %}", "a range is from one whole number to another, each from 0 to 1000 (line 1, column 17)")]
    [InlineData("早上好\n你好 {{ 名字 }}", "A value was expected (line 2, column 6)")]
    [InlineData("{%%}", "a name is missing here (line 1, column 3)")]
    public void Read_WithAnError_SaysWhatAndWhere(string text, string error) => Assert.Equal(error, LiquidTemplate.Read(text).Error);

    [Fact]
    public void Variables_AreThoseFromOutside_Sorted()
    {
        var template = LiquidTemplate.Read("""
            {{ contact.lastName }} {{ contact.firstName | default: company }} {{ contact.lastName }}
            {% assign greeting = salutation %}{{ greeting.text }}
            {% for item in order.lines %}{{ item.name }} {{ forloop.index }} {{ prices[item.sku].net }}{% endfor %}
            {{ item }} {% capture block %}{{ inner }}{% endcapture %}{{ block }} {% if true and nil == blank %}{% endif %}
            {% raw %}{{ never }}{% endraw %}
            """);

        Assert.Null(template.Error);
        Assert.Equal(["company", "contact.firstName", "contact.lastName", "inner", "item", "order.lines", "prices", "salutation"], template.Variables);
    }

    [Fact]
    public void Filters_AreAllThere() => Assert.All(LiquidRenderer.Filters, filter => Assert.Null(LiquidTemplate.Read($"{{{{ a | {filter}: 1 }}}}").Error));

    [Fact]
    public void Filter_ThatIsNotOffered_IsNamed() =>
        Assert.StartsWith("there is no filter 'replace'; known are abs, ", LiquidTemplate.Read("{{ a | replace: 'a', 'b' }}").Error, StringComparison.Ordinal);

    [Theory]
    [InlineData("{{ contact.firstName }}", true, "&lt;Ådne &amp; 春&gt;")]
    [InlineData("{{ contact.firstName }}", false, "<Ådne & 春>")]
    [InlineData("{{ contact.firstName | upcase | append: '<b>' }}", true, "&lt;ÅDNE &amp; 春&gt;&lt;b&gt;")]
    [InlineData("{{ contact.none.neither }}{{ nobody.x | default: 'friend' }}", true, "friend")]
    [InlineData("{% for tag in contact.tags %}{{ forloop.index }}{{ tag }} {% endfor %}", true, "1a 2b ")]
    [InlineData("{% if contact.vip and contact.age > 17 %}yes{% else %}no{% endif %}", true, "yes")]
    [InlineData("{% capture x %}{{ contact.firstName }}{% endcapture %}{{ x }}", true, "&lt;Ådne &amp; 春&gt;")]
    [InlineData("{{ contact.birthday | date: '%d.%m.%Y' }}", true, "07.04.1990")]
    public async Task Render_PutsValuesInTheirPlaces_EscapedInHtml(string text, bool html, string expected)
    {
        var values = (JsonObject)JsonNode.Parse("""{ "contact": { "firstName": "<Ådne & 春>", "tags": ["a", "b"], "vip": true, "age": 18, "birthday": "1990-04-07" } }""")!;

        Assert.Equal(new RenderedText(expected, null), await LiquidTemplate.Read(text).RenderAsync(values, html));
    }

    [Theory]
    [InlineData("{% for a in (1..1000) %}{% for b in (1..1000) %}{% for c in (1..1000) %}x{% endfor %}{% endfor %}{% endfor %}")]
    [InlineData("{% assign a = 'xxxxxxxxxx' %}{% for i in (1..200) %}{% assign a = a | append: a %}{% endfor %}")]
    [InlineData("{% assign a = 'xxxxxxxxxx' %}{% for i in (1..200) %}{% capture a %}{{ a }}{{ a }}{% endcapture %}{% endfor %}")]
    public async Task Render_OfWhatWouldGrowWithoutEnd_SaysSo(string text)
    {
        var rendered = await LiquidTemplate.Read(text).RenderAsync([], html: true);

        Assert.NotNull(rendered.Error);
        Assert.Empty(rendered.Text);
    }

    [Theory]
    [InlineData("{% if a %}", "")]
    [InlineData("{{ a[", "")]
    [InlineData("{{ (", "")]
    [InlineData("{% for i in a %}", "{% endfor %}")]
    [InlineData("{{ a | b: ", "")]
    [InlineData("a.", "")]
    public void Read_WithAnyNesting_Ends(string opening, string closing)
    {
        var many = string.Concat(Enumerable.Repeat(opening, 20_000)) + string.Concat(Enumerable.Repeat(closing, 20_000));

        Assert.NotNull(LiquidTemplate.Read("{{ " + many).Error);
        Assert.Equal(opening != "a.", LiquidTemplate.Read(many).Error is not null);
    }
}
