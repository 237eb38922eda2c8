import BundledPlugins
import Commands

/// The program: the bundled plugins, and the commands.
@main
enum Weir {
  static func main() async {
    await WeirCommand.run(BundledPlugins.catalog)
  }
}
