import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router'
import { Loading } from './components/loading'
import { NotFound } from './components/not-found'
import { PageFailed } from './components/page-failed'
import { Shell } from './shell/shell'
import { CallbackPage } from './session/callback-page'
import { SignInPage } from './session/sign-in-page'

/** Keeps only these search parameters of an address, as strings. */
function texts<Name extends string> (...names: Name[]) {
  return (search: Record<string, unknown>): Partial<Record<Name, string>> => Object.fromEntries(names.flatMap(name => {
    const value = search[name]
    // The router parses numeric strings as numbers.
    return (typeof value === 'string' && value !== '') || typeof value === 'number' ? [[name, String(value)]] : []
  })) as Partial<Record<Name, string>>
}

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: PageFailed })

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: SignInPage,
  validateSearch: (search: Record<string, unknown>): { returnTo?: string, ended?: boolean, trial?: boolean } => ({ ...texts('returnTo')(search), ...search.ended === true && { ended: true }, ...search.trial === true && { trial: true } })
})

const callback = createRoute({ getParentRoute: () => root, path: '/callback', component: CallbackPage })

/** The pages that require a session. */
const app = createRoute({ getParentRoute: () => root, id: 'app', component: Shell })

const home = createRoute({ getParentRoute: () => app, path: '/', component: lazyRouteComponent(() => import('./pages/home/home-page'), 'HomePage') })

/** The search parameters of the list of users. */
export type UsersSearch = ReturnType<typeof usersSearch>
/** The search parameters of the activity page. */
export type ActivitySearch = Partial<Record<'table' | 'action' | 'actor' | 'record' | 'since' | 'days' | 'after' | 'before', string>>

const usersSearch = texts('q', 'sort', 'after', 'before')

const users = createRoute({ getParentRoute: () => app, path: '/users', validateSearch: usersSearch, component: lazyRouteComponent(() => import('./pages/users/users-page'), 'UsersPage') })
const user = createRoute({
  getParentRoute: () => app,
  path: '/users/$userId',
  // Whether the dialog that links an account is open: people come back to it when they have to sign in again first.
  validateSearch: (search: Record<string, unknown>): { link?: true } => search.link === true ? { link: true } : {},
  component: lazyRouteComponent(() => import('./pages/users/user-page'), 'UserPage')
})

const authentication = createRoute({ getParentRoute: () => app, path: '/authentication', component: lazyRouteComponent(() => import('./pages/authentication/authentication-page'), 'AuthenticationPage') })
const newProfile = createRoute({ getParentRoute: () => app, path: '/authentication/new', component: lazyRouteComponent(() => import('./pages/authentication/new-profile-page'), 'NewProfilePage') })
const profile = createRoute({ getParentRoute: () => app, path: '/authentication/$profileId', component: lazyRouteComponent(() => import('./pages/authentication/profile-page'), 'ProfilePage') })

const roles = createRoute({ getParentRoute: () => app, path: '/roles', validateSearch: texts('after', 'before'), component: lazyRouteComponent(() => import('./pages/roles/roles-page'), 'RolesPage') })
const role = createRoute({ getParentRoute: () => app, path: '/roles/$roleId', validateSearch: texts('tab', 'table', 'action'), component: lazyRouteComponent(() => import('./pages/roles/role-page'), 'RolePage') })

const apiTokens = createRoute({ getParentRoute: () => app, path: '/api-tokens', validateSearch: texts('after', 'before'), component: lazyRouteComponent(() => import('./pages/api-tokens/api-tokens-page'), 'ApiTokensPage') })
const activity = createRoute({ getParentRoute: () => app, path: '/activity', validateSearch: texts('table', 'action', 'actor', 'record', 'since', 'days', 'after', 'before'), component: lazyRouteComponent(() => import('./pages/activity/activity-page'), 'ActivityPage') })
const viewAs = createRoute({ getParentRoute: () => app, path: '/view-as', validateSearch: texts('as', 'with', 'tab', 'table', 'sort', 'skip'), component: lazyRouteComponent(() => import('./pages/view-as/view-as-page'), 'ViewAsPage') })
const why = createRoute({ getParentRoute: () => app, path: '/why', validateSearch: texts('email', 'action', 'table'), component: lazyRouteComponent(() => import('./pages/why/why-page'), 'WhyPage') })

const routes = root.addChildren([
  signIn,
  callback,
  app.addChildren([home, users, user, authentication, newProfile, profile, roles, role, apiTokens, activity, viewAs, why])
])

export const router = createRouter({
  routeTree: routes,
  basepath: '/console',
  defaultPreload: 'intent',
  defaultPendingComponent: Loading,
  scrollRestoration: true
})

declare module '@tanstack/react-router' {
  interface Register { router: typeof router }
}
