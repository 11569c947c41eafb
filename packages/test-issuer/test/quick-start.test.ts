/** Runs the quick start of the README. */
import '../examples/quick-start.js'
