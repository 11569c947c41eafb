/**
 * What a query's text may not have, beyond GraphQL's own rules, and which texts are worth compiling. All of it are
 * validation rules: they run once for each text, and Mercurius remembers the outcome.
 */
import { getNamedType, GraphQLError, isInputObjectType, Kind, NoSchemaIntrospectionCustomRule, typeFromAST, type ASTVisitor, type DocumentNode, type GraphQLInputObjectType, type GraphQLType, type NamedTypeNode, type SelectionNode, type SelectionSetNode, type ValidationContext, type ValidationRule } from 'graphql'

export interface DocumentLimits {
  /** How deep fields may be nested. */
  readonly queryDepth: number
  /** How many fields may be given another name. */
  readonly maxAliases: number
  /** Whether the schema may be asked about itself. */
  readonly introspection: boolean
}

/** The rules of these limits, for Mercurius' `validationRules`. */
export function documentRules ({ queryDepth, maxAliases, introspection }: DocumentLimits): ValidationRule[] {
  return [refuseNul, depthRule(queryDepth), aliasRule(maxAliases), findCompilable, ...introspection ? [] : [NoSchemaIntrospectionCustomRule]]
}

/** A compiled query is ten times as large as a parsed one: compiling the longest would let anybody fill the memory. */
const MAX_COMPILED_TOKENS = 300

const compilable = new WeakSet<DocumentNode>()

/** Whether a query may be compiled by graphql-jit: one that these rules have not seen may not. */
export function isCompilable (document: DocumentNode): boolean {
  return compilable.has(document)
}

/**
 * Keeps from the compiler what a client has written as text. graphql-jit 0.8.9 writes arguments into the program
 * that it generates, and there replaces what follows a certain marker by bare code, whoever wrote the marker; and
 * it writes `__proto__`, as a field of an argument or as the other name of one asked for, where it sets the prototype. Clients that send values as
 * variables, as they should, lose nothing. It also writes out the whole type of a variable, without end where an input
 * contains itself, as every filter does by `AND`.
 */
function findCompilable (context: ValidationContext): ASTVisitor {
  const document = context.getDocument()
  let mayBe = document.tokenCount !== undefined && document.tokenCount <= MAX_COMPILED_TOKENS
  return {
    StringValue: () => { mayBe = false },
    VariableDefinition: ({ type }) => { if (containsItself(typeFromAST(context.getSchema(), type as NamedTypeNode))) mayBe = false },
    ObjectField: ({ name }) => { if (name.value === '__proto__') mayBe = false },
    Field: ({ alias }) => { if (alias?.value === '__proto__') mayBe = false },
    Document: { leave: () => { if (mayBe) compilable.add(document) } }
  }
}

const recursive = new WeakMap<GraphQLInputObjectType, boolean>()

/** Whether a type is an input that may contain itself, or one that does. */
function containsItself (type: GraphQLType | undefined, within: readonly GraphQLInputObjectType[] = []): boolean {
  const named = getNamedType(type)
  if (!isInputObjectType(named)) return false
  if (within.includes(named)) return true
  const known = recursive.get(named)
  if (known !== undefined) return known
  const found = Object.values(named.getFields()).some(field => containsItself(field.type, [...within, named]))
  recursive.set(named, found)
  return found
}

/** Refuses what no database holds, wherever it is, since it may reach one by any argument. */
function refuseNul (context: ValidationContext): ASTVisitor {
  return {
    StringValue: node => {
      if (node.value.includes('\0')) context.reportError(new GraphQLError('Text must have no NUL character.', { nodes: node }))
    }
  }
}

/** Refuses a document that gives more fields another name than a limit. A fragment counts once: spread twice in one place, it asks once. */
function aliasRule (limit: number): ValidationRule {
  return context => {
    let aliases = 0
    return {
      Field: ({ alias }) => { if (alias !== undefined) aliases++ },
      Document: {
        leave: () => {
          if (aliases > limit) context.reportError(new GraphQLError(`The query gives ${aliases} fields another name; the limit is ${limit}.`))
        }
      }
    }
  }
}

/**
 * Refuses operations nested deeper than a limit. What asks the schema about itself does not count, since the
 * questions that tools ask are deep, and GraphQL's own rules keep them from growing.
 */
function depthRule (limit: number): ValidationRule {
  return context => ({
    OperationDefinition: operation => {
      const depth = depthOf(operation.selectionSet, context, new Map())
      if (depth > limit) context.reportError(new GraphQLError(`The operation is nested ${depth} fields deep; the limit is ${limit}.`, { nodes: operation }))
    }
  })
}

function depthOf (selectionSet: SelectionSetNode, context: ValidationContext, fragments: Map<string, number>): number {
  let deepest = 0
  for (const selection of selectionSet.selections) {
    const depth = selection.kind === Kind.FRAGMENT_SPREAD
      ? depthOfFragment(selection.name.value, context, fragments)
      : isMeta(selection) ? 0 : Number(selection.kind === Kind.FIELD) + (selection.selectionSet === undefined ? 0 : depthOf(selection.selectionSet, context, fragments))
    deepest = Math.max(deepest, depth)
  }
  return deepest
}

function isMeta (selection: SelectionNode): boolean {
  return selection.kind === Kind.FIELD && selection.name.value.startsWith('__')
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
