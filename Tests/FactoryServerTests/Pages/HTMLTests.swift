import Testing

@testable import FactoryServer

struct HTMLTests {
  @Test func `interpolated text cannot become markup`() {
    let name = "<script>alert('x')</script>&\""
    let html: HTML = "<td title=\"\(name)\">\(name)</td>"
    #expect(!html.text.contains("<script>"))
    #expect(html.text.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;"))
  }

  @Test func `HTML in HTML stays as it is`() {
    let inner: HTML = "<b>\("a<b")</b>"
    let outer: HTML = "<p>\(inner)\([inner])</p>"
    #expect(outer.text == "<p><b>a&lt;b</b><b>a&lt;b</b></p>")
  }

  @Test func `an empty factory says what to do`() {
    let page = HomePage().response.html
    #expect(page.contains("aifactory init data.csv"))
    #expect(!page.contains("<script"))
  }
}
