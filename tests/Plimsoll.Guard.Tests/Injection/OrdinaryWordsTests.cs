using System.Text;
using Plimsoll.Guard.Injection;

namespace Plimsoll.Guard.Tests.Injection;

/// <summary>What is ordinary text, and what only looks like it.</summary>
public sealed class OrdinaryWordsTests
{
    [Theory]
    [InlineData("Seán O'Neill-Smith", true)]
    [InlineData("select the best from our range; order by phone or mail, it's easy", true)]
    [InlineData("we wrote it -- as one does -- in a day and were glad of it", true)]
    [InlineData("", false)]
    [InlineData("1-1", false)]
    [InlineData("NULL or mail is not null", false)]
    [InlineData("x' -current_user -'", false)]
    [InlineData("2%user()", false)]
    [InlineData("the rest of a long and harmless looking sentence of words; drop table users", false)]
    [InlineData("the rest of a long and harmless looking sentence of words' --", false)]
    [InlineData("the rest of a long and harmless looking sentence /* of words", false)]
    [InlineData("the rest of a long and harmless looking sentence has @@version in it", false)]
    [InlineData("a filter that is long enough to be a sentence of words [$ne] and so on", false)]
    public void Of_SQL(string value, bool isOrdinary) => Assert.Equal(isOrdinary, OrdinaryWords.HasNoSql(Encoding.UTF8.GetBytes(value)));

    [Theory]
    [InlineData("if a < b and c > d then see document.location of the page", true)]
    [InlineData("<b>x</b> is bold, as everybody knows who has ever written a page", false)]
    [InlineData("move the mouse over onmouseover = and see what happens to the text", false)]
    [InlineData("java\tscript:alert(1) is what you must not write into the address of a link", false)]
    [InlineData("write {{constructor}} into the template and see what comes of it all", false)]
    [InlineData("document.cookie=1", false)]
    [InlineData("", false)]
    public void Of_markup(string value, bool isOrdinary) => Assert.Equal(isOrdinary, OrdinaryWords.HasNoMarkup(Encoding.UTF8.GetBytes(value)));
}
