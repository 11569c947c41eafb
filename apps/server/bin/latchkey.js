#!/usr/bin/env node
// Outside the build output, so that npm can link it before the first build.
import '../dist-bundle/latchkey.js'
