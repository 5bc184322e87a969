import Canvas
import Testing

@Suite struct GeometryTests {
  let screen = Rect(Size(columns: 80, rows: 24))

  @Test func splitsGiveEveryCellToOnePart() {
    let (top, rest) = screen.splitTop(3)
    #expect(top == Rect(x: 0, y: 0, width: 80, height: 3))
    #expect(rest == Rect(x: 0, y: 3, width: 80, height: 21))
    let (above, bottom) = rest.splitBottom(1)
    #expect(above == Rect(x: 0, y: 3, width: 80, height: 20))
    #expect(bottom == Rect(x: 0, y: 23, width: 80, height: 1))
    let (left, middle) = above.splitLeft(20)
    #expect(left == Rect(x: 0, y: 3, width: 20, height: 20))
    #expect(middle == Rect(x: 20, y: 3, width: 60, height: 20))
    let (between, right) = middle.splitRight(10)
    #expect(between == Rect(x: 20, y: 3, width: 50, height: 20))
    #expect(right == Rect(x: 70, y: 3, width: 10, height: 20))
  }

  @Test(arguments: [-5, 0, 24, 100])
  func aSplitNeverGivesMoreThanThereIs(_ rows: Int) {
    let (top, rest) = screen.splitTop(rows)
    #expect(top.height + rest.height == 24)
    #expect(top.height == min(max(rows, 0), 24))
    let (above, bottom) = screen.splitBottom(rows)
    #expect(above.height + bottom.height == 24)
    #expect(bottom.height == top.height)
    #expect(bottom.bottom == 24)
  }

  @Test func insetAndIntersectionCanBeEmptyButNotNegative() {
    #expect(screen.inset(columns: 2, rows: 1) == Rect(x: 2, y: 1, width: 76, height: 22))
    #expect(screen.inset(columns: 50).isEmpty)
    #expect(screen.inset(columns: 50).width == 0)
    let apart = Rect(x: 90, y: 0, width: 5, height: 5)
    #expect(screen.intersection(apart).isEmpty)
    #expect(
      screen.intersection(Rect(x: 78, y: -2, width: 5, height: 5))
        == Rect(x: 78, y: 0, width: 2, height: 3))
  }

  @Test func containsItsEdgesButNotWhatLiesPastThem() {
    let rect = Rect(x: 2, y: 3, width: 4, height: 1)
    #expect(rect.contains(Point(x: 2, y: 3)))
    #expect(rect.contains(Point(x: 5, y: 3)))
    #expect(!rect.contains(Point(x: 6, y: 3)))
    #expect(!rect.contains(Point(x: 2, y: 4)))
  }

  @Test func theMiddleIsCutDownToTheRoomThereIs() {
    #expect(
      screen.centred(Size(columns: 40, rows: 10)) == Rect(x: 20, y: 7, width: 40, height: 10))
    #expect(screen.centred(Size(columns: 200, rows: 60)) == screen)
  }

  @Test func sizesAreReadAndWritten() {
    #expect(Size("120x40") == Size(columns: 120, rows: 40))
    #expect(Size(columns: 120, rows: 40).description == "120x40")
    for text in ["", "120", "x", "120x", "120x-4", "1x2x3"] { #expect(Size(text) == nil) }
    #expect(Size(columns: 80, rows: 24).holds(Size(columns: 80, rows: 24)))
    #expect(!Size(columns: 79, rows: 60).holds(Size(columns: 80, rows: 24)))
  }
}
