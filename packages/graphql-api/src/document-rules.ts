/**
 * Limits for queries beyond GraphQL's own rules, and the decision which queries may be compiled. These are validation rules,
 * so they run once for each query text, and Mercurius caches the result.
 */
import { getNamedType, GraphQLError, isInputObjectType, Kind, NoSchemaIntrospectionCustomRule, typeFromAST, type ASTVisitor, type DocumentNode, type GraphQLInputObjectType, type GraphQLType, type NamedTypeNode, type SelectionNode, type SelectionSetNode, type ValidationContext, type ValidationRule } from 'graphql'

export interface DocumentLimits {
  /** The maximum nesting depth of fields. */
  readonly queryDepth: number
  /** The maximum number of aliases. */
  readonly maxAliases: number
  /** Whether introspection is allowed. */
  readonly introspection: boolean
}

/** The rules for these limits, for Mercurius' option `validationRules`. */
export function documentRules ({ queryDepth, maxAliases, introspection }: DocumentLimits): ValidationRule[] {
  return [refuseNul, depthRule(queryDepth), aliasRule(maxAliases), findCompilable, ...introspection ? [] : [NoSchemaIntrospectionCustomRule]]
}

/** A compiled query takes ten times the memory of a parsed one. Without a limit, anybody could fill the memory with long queries. */
const MAX_COMPILED_TOKENS = 300

const compilable = new WeakSet<DocumentNode>()

/** Whether graphql-jit may compile a query. Queries that these rules have not seen are never compiled. */
export function isCompilable (document: DocumentNode): boolean {
  return compilable.has(document)
}

/**
 * Finds the queries that are safe to compile. graphql-jit 0.8.9 is not safe with text literals: it writes arguments into the
 * program that it generates, and turns text after a certain marker into code, even if a client wrote the marker. It
 * also writes `__proto__` (as a field of an argument, or as an alias) where it sets the prototype. And it expands the
 * type of each variable completely, which never ends for an input that contains itself, as every filter does with
 * `AND`. Clients that send values as variables are not affected by the first two.
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

/** Whether a type is an input that contains itself, directly or through another type. */
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

/** Refuses NUL characters anywhere, because databases cannot store them and any argument may reach one. */
function refuseNul (context: ValidationContext): ASTVisitor {
  return {
    StringValue: node => {
      if (node.value.includes('\0')) context.reportError(new GraphQLError('Text must not contain NUL characters.', { nodes: node }))
    }
  }
}

/** Refuses a document with too many aliases. The aliases of a fragment count once, however often it is spread. */
function aliasRule (limit: number): ValidationRule {
  return context => {
    let aliases = 0
    return {
      Field: ({ alias }) => { if (alias !== undefined) aliases++ },
      Document: {
        leave: () => {
          if (aliases > limit) context.reportError(new GraphQLError(`The query has ${aliases} aliases; the limit is ${limit}.`))
        }
      }
    }
  }
}

/**
 * Refuses operations that are nested too deeply. Introspection fields do not count: the queries of tools are deep, and
 * GraphQL's own rules limit them.
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

/** Measures each fragment once. A fragment that contains itself, which another rule refuses, counts as 0 while it is measured. */
function depthOfFragment (name: string, context: ValidationContext, fragments: Map<string, number>): number {
  const known = fragments.get(name)
  if (known !== undefined) return known
  fragments.set(name, 0)
  const fragment = context.getFragment(name)
  const depth = fragment == null ? 0 : depthOf(fragment.selectionSet, context, fragments)
  fragments.set(name, depth)
  return depth
}
