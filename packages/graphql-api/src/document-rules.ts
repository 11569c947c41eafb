/**
 * What a query's text may not have, beyond GraphQL's own rules. They are validation rules, so they run once for
 * each text and are remembered with it.
 */
import { GraphQLError, Kind, NoSchemaIntrospectionCustomRule, type ASTNode, type ASTVisitor, type SelectionSetNode, type ValidationContext, type ValidationRule } from 'graphql'

export interface DocumentLimits {
  /** How deep fields may be nested. */
  readonly queryDepth: number
  /** Whether the schema may be asked about itself. */
  readonly introspection: boolean
}

/** The rules of these limits, for Mercurius' `validationRules`. */
export function documentRules ({ queryDepth, introspection }: DocumentLimits): ValidationRule[] {
  return [storableLiterals, depthRule(queryDepth), ...introspection ? [] : [NoSchemaIntrospectionCustomRule]]
}

/**
 * By these words graphql-jit marks values in the code that it generates, and then replaces `"<marker>…"` by bare
 * code, whoever wrote the marker: a text argument with one in it would be run as a program on this server.
 */
const COMPILER_MARKER = '__MAGIC_'

/** Refuses values written into the text that the database cannot hold, or that mean something to the query compiler. */
function storableLiterals (context: ValidationContext): ASTVisitor {
  const refuse = (node: ASTNode, reason: string) => { context.reportError(new GraphQLError(reason, { nodes: node })) }
  return {
    StringValue (node) {
      if (node.value.includes('\0')) refuse(node, 'Text must have no NUL character.')
      if (node.value.includes(COMPILER_MARKER)) refuse(node, `Text must not contain ${COMPILER_MARKER}.`)
    },
    ObjectField (node) {
      // Written into generated code, this name would set the object's prototype.
      if (node.name.value === '__proto__' || node.name.value.includes(COMPILER_MARKER)) refuse(node, `A field cannot be called ${node.name.value}.`)
    }
  }
}

/**
 * Refuses operations nested deeper than a limit. What asks the schema about itself does not count, since the
 * questions that tools ask are deep, and GraphQL's own rules keep them from growing.
 */
function depthRule (limit: number): ValidationRule {
  return context => ({
    OperationDefinition (operation) {
      const depth = depthOf(operation.selectionSet, context, new Map())
      if (depth > limit) context.reportError(new GraphQLError(`The operation is nested ${depth} fields deep; the limit is ${limit}.`, { nodes: operation }))
    }
  })
}

function depthOf (selectionSet: SelectionSetNode, context: ValidationContext, fragments: Map<string, number>): number {
  let deepest = 0
  for (const selection of selectionSet.selections) {
    switch (selection.kind) {
      case Kind.FIELD:
        if (!selection.name.value.startsWith('__')) deepest = Math.max(deepest, 1 + (selection.selectionSet === undefined ? 0 : depthOf(selection.selectionSet, context, fragments)))
        break
      case Kind.INLINE_FRAGMENT:
        deepest = Math.max(deepest, depthOf(selection.selectionSet, context, fragments))
        break
      case Kind.FRAGMENT_SPREAD:
        deepest = Math.max(deepest, depthOfFragment(selection.name.value, context, fragments))
    }
  }
  return deepest
}

/** Each fragment is measured once; one that contains itself, which another rule refuses, counts as nothing meanwhile. */
function depthOfFragment (name: string, context: ValidationContext, fragments: Map<string, number>): number {
  const known = fragments.get(name)
  if (known !== undefined) return known
  fragments.set(name, 0)
  const fragment = context.getFragment(name)
  const depth = fragment == null ? 0 : depthOf(fragment.selectionSet, context, fragments)
  fragments.set(name, depth)
  return depth
}
