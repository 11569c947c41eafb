import { getNamedType, getNullableType, isInterfaceType, isListType, isObjectType, Kind, type DocumentNode, type FieldNode, type GraphQLNamedType, type GraphQLSchema, type OperationDefinitionNode, type SelectionSetNode, type ValueNode } from 'graphql'
import { GRAPHQL_API_ERR_INVALID_ARGUMENT } from './errors.js'

/** The assumed number of items if a query does not limit a list. */
const ITEMS_OF_A_PAGE = 100
const ITEMS_OF_A_LIST = 10

type Variables = Readonly<Record<string, unknown>>

/** The state while one operation is measured. */
interface Measuring {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly variables: Variables
  readonly operation: OperationDefinitionNode
  /** The cost by fragment and list size: each is measured once, however often it is spread. */
  readonly fragments: Map<string, number>
  /** Whether a variable sets the size of a list. */
  depends: boolean
}

/** The cost of documents for which variables make no difference, which is most of them. */
const known = new WeakMap<DocumentNode, number>()

/**
 * The approximate maximum number of fields in the response to a document. Lists count as many items as `first` or `last`
 * request, otherwise an assumed number. With several operations, the most expensive one counts.
 */
export function costOf (schema: GraphQLSchema, document: DocumentNode, variables: Variables): number {
  const remembered = known.get(document)
  if (remembered !== undefined) return remembered
  let cost = 0
  let depends = false
  for (const operation of document.definitions) {
    if (operation.kind !== Kind.OPERATION_DEFINITION) continue
    const measuring: Measuring = { schema, document, variables, operation, fragments: new Map(), depends: false }
    const root = schema.getRootType(operation.operation)
    if (root != null) cost = Math.max(cost, costOfSelection(operation.selectionSet, root, ITEMS_OF_A_LIST, measuring))
    depends ||= measuring.depends
  }
  if (!depends) known.set(document, cost)
  return cost
}

/** @throws GRAPHQL_API_ERR_INVALID_ARGUMENT */
export function assertAffordable (cost: number, limit: number): void {
  if (cost > limit) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ query: `requests about ${cost} fields, but the limit is ${limit}: request fewer items (first), or fewer fields` })
}

/** @param items the number of items of a list among the fields */
function costOfSelection ({ selections }: SelectionSetNode, type: GraphQLNamedType, items: number, measuring: Measuring): number {
  let cost = 0
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) cost += costOfField(selection, type, items, measuring)
    else if (selection.kind === Kind.FRAGMENT_SPREAD) cost += costOfFragment(selection.name.value, items, measuring)
    else cost += costOfSelection(selection.selectionSet, typeNamed(selection.typeCondition?.name.value, type, measuring), items, measuring)
  }
  return cost
}

function costOfField (node: FieldNode, type: GraphQLNamedType, items: number, measuring: Measuring): number {
  const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined
  if (field === undefined || node.selectionSet === undefined) return 1
  // The items of a page are a nested list, whose length is the size of the page.
  const within = field.args.some(({ name, type }) => name === 'first' && getNamedType(type).name === 'Int') ? pageSize(node, measuring) : ITEMS_OF_A_LIST
  const times = isListType(getNullableType(field.type)) ? items : 1
  return 1 + times * costOfSelection(node.selectionSet, getNamedType(field.type), within, measuring)
}

function pageSize (node: FieldNode, measuring: Measuring): number {
  const sizes = ['first', 'last'].flatMap(name => {
    const given = node.arguments?.find(argument => argument.name.value === name)
    const size = given === undefined ? null : numberOf(given.value, measuring)
    return size === null ? [] : [size]
  })
  return sizes.length === 0 ? ITEMS_OF_A_PAGE : Math.max(1, Math.min(...sizes))
}

function numberOf (value: ValueNode, measuring: Measuring): number | null {
  if (value.kind === Kind.INT) return Number(value.value)
  if (value.kind !== Kind.VARIABLE) return null
  measuring.depends = true
  const given = measuring.variables[value.name.value]
  if (typeof given === 'number') return given
  const fallback = measuring.operation.variableDefinitions?.find(({ variable }) => variable.name.value === value.name.value)?.defaultValue
  return given === undefined && fallback !== undefined ? numberOf(fallback, measuring) : null
}

function costOfFragment (name: string, items: number, measuring: Measuring): number {
  const key = `${name} ${items}`
  const measured = measuring.fragments.get(key)
  if (measured !== undefined) return measured
  // A fragment that contains itself, which another rule refuses, counts as 0 while it is measured.
  measuring.fragments.set(key, 0)
  const fragment = measuring.document.definitions.find(definition => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name)
  if (fragment?.kind !== Kind.FRAGMENT_DEFINITION) return 0
  const cost = costOfSelection(fragment.selectionSet, typeNamed(fragment.typeCondition.name.value, null, measuring), items, measuring)
  measuring.fragments.set(key, cost)
  return cost
}

function typeNamed (name: string | undefined, otherwise: GraphQLNamedType | null, { schema }: Measuring): GraphQLNamedType {
  return (name === undefined ? otherwise : schema.getType(name) ?? otherwise) as GraphQLNamedType
}
