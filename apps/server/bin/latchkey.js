#!/usr/bin/env node
// Beside what is built, so that npm can link it before anything is built.
import '../dist-bundle/latchkey.js'
