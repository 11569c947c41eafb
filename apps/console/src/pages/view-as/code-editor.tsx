import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { lintKeymap } from '@codemirror/lint'
import { EditorState, Prec, type Extension } from '@codemirror/state'
import { EditorView, keymap } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { useEffect, useRef } from 'react'
import { styleNonce } from '../../page-settings'

interface CodeEditorProps {
  label: string
  /** The initial text. */
  text: string
  onChange: (text: string) => void
  /** Called on Ctrl+Enter or Cmd+Enter. */
  onRun: () => void
  /** The language, with its completion and linting. A change recreates the editor. */
  language: Extension
}

/** With enough contrast on the backgrounds of both color schemes (WCAG 1.4.3). */
const colors = HighlightStyle.define([
  { tag: [tags.keyword, tags.definitionKeyword, tags.operatorKeyword], color: 'light-dark(#8f1d5b, #ff9fd0)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'light-dark(#1b5e20, #a5d6a7)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'light-dark(#0b4f8a, #9ecbff)' },
  { tag: [tags.propertyName, tags.attributeName], color: 'light-dark(#0b5a52, #86d5ca)' },
  { tag: tags.comment, color: 'var(--mantine-color-dimmed)' }
])

const look = EditorView.theme({
  '&': { border: '1px solid var(--mantine-color-default-border)', borderRadius: 'var(--mantine-radius-md)', backgroundColor: 'var(--mantine-color-body)', color: 'var(--mantine-color-text)', fontSize: 'var(--mantine-font-size-sm)' },
  '&.cm-focused': { outline: '2px solid var(--mantine-primary-color-filled)', outlineOffset: '1px' },
  '.cm-content': { caretColor: 'var(--mantine-color-text)', minHeight: '5rem', padding: '8px' },
  '.cm-scroller': { overflow: 'auto', maxHeight: '24rem', fontFamily: 'ui-monospace, "SF Mono", Menlo, Consolas, monospace' },
  '.cm-tooltip': { backgroundColor: 'var(--mantine-color-body)', color: 'var(--mantine-color-text)', border: '1px solid var(--mantine-color-default-border)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '2px 6px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--mantine-primary-color-filled)', color: 'white' },
  '.cm-completionDetail': { color: 'inherit' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: 'transparent', outline: '1px solid var(--mantine-color-dimmed)' }
})

/**
 * The editor itself replaces a selection that is typed over. A browser would keep the colors of the replaced text with inline
 * styles, which the Content-Security-Policy refuses.
 */
const typedOver = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    const { data } = event
    // Reads the DOM selection: the editor's own state may lag behind it.
    const selection = document.getSelection()
    if (event.inputType !== 'insertText' || data === null || selection === null || selection.isCollapsed || view.composing) return false
    const range = selection.getRangeAt(0)
    event.preventDefault()
    const [from, to] = [view.posAtDOM(range.startContainer, range.startOffset), view.posAtDOM(range.endContainer, range.endOffset)]
    const typed = () => view.state.update({ changes: { from, to, insert: data }, selection: { anchor: from + data.length }, userEvent: 'input.type', scrollIntoView: true })
    if (!view.state.facet(EditorView.inputHandler).some(handle => handle(view, from, to, data, typed))) view.dispatch(typed())
    return true
  }
})

/** A code editor with completion and linting. Tab moves the focus on, as in any other field. */
export function CodeEditor ({ label, text, onChange, onRun, language }: CodeEditorProps) {
  const place = useRef<HTMLDivElement>(null)
  const latest = useRef({ text, onChange, onRun })
  useEffect(() => { latest.current = { text, onChange, onRun } })
  useEffect(() => {
    const view = new EditorView({
      parent: place.current as HTMLElement,
      state: EditorState.create({
        doc: latest.current.text,
        extensions: [
          EditorView.cspNonce.of(styleNonce),
          Prec.highest(keymap.of([{ key: 'Mod-Enter', run: () => { latest.current.onRun(); return true } }])),
          keymap.of([...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
          history(), closeBrackets(), bracketMatching(), autocompletion(), typedOver, EditorView.lineWrapping,
          syntaxHighlighting(colors), look, language,
          EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', autocapitalize: 'off' }),
          EditorView.updateListener.of(({ docChanged, state }) => { if (docChanged) latest.current.onChange(state.doc.toString()) })
        ]
      })
    })
    return () => { view.destroy() }
  }, [label, language])
  return <div ref={place} />
}
