#!/usr/bin/env node
// Beside dist, so that npm can link it before anything is built.
import '../dist/cli/latchkey.js'
