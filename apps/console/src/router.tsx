import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router'
import { Loading } from './components/loading'
import { NotFound } from './components/not-found'
import { PageFailed } from './components/page-failed'
import { Shell } from './shell/shell'
import { CallbackPage } from './session/callback-page'
import { SignInPage } from './session/sign-in-page'

const text = (value: unknown): string | undefined => typeof value === 'string' && value !== '' ? value : undefined

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: PageFailed })

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: SignInPage,
  validateSearch: (search: Record<string, unknown>): { returnTo?: string, ended?: boolean } => ({
    ...text(search.returnTo) !== undefined && { returnTo: text(search.returnTo) as string },
    ...search.ended === true && { ended: true }
  })
})

const callback = createRoute({ getParentRoute: () => root, path: '/callback', component: CallbackPage })

/** Everything for which one is signed in. */
const app = createRoute({ getParentRoute: () => root, id: 'app', component: Shell })

const home = createRoute({ getParentRoute: () => app, path: '/', component: lazyRouteComponent(() => import('./pages/home/home-page'), 'HomePage') })

const usersSearch = (search: Record<string, unknown>): UsersSearch => ({
  ...text(search.q) !== undefined && { q: text(search.q) as string },
  ...text(search.sort) !== undefined && { sort: text(search.sort) as string },
  ...text(search.after) !== undefined && { after: text(search.after) as string },
  ...text(search.before) !== undefined && { before: text(search.before) as string }
})

/** What of the list of users an address shows. */
export interface UsersSearch { q?: string, sort?: string, after?: string, before?: string }

const users = createRoute({ getParentRoute: () => app, path: '/users', validateSearch: usersSearch, component: lazyRouteComponent(() => import('./pages/users/users-page'), 'UsersPage') })
const user = createRoute({ getParentRoute: () => app, path: '/users/$userId', component: lazyRouteComponent(() => import('./pages/users/user-page'), 'UserPage') })

const routes = root.addChildren([
  signIn,
  callback,
  app.addChildren([home, users, user])
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
