import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './page.css'
import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { setNonce } from 'get-nonce'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queryClient } from './api/query-client'
import { styleNonce } from './page-settings'
import { router } from './router'
import { canKeepSession, restoreSession } from './session/session'
import { StorageBlocked } from './session/storage-blocked'
import { readableColors, theme } from './theme'

// The library that stops the page behind a dialog from scrolling adds styles of its own.
setNonce(styleNonce)
const isUsable = canKeepSession()
if (isUsable) await restoreSession()

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={readableColors} defaultColorScheme='auto' getStyleNonce={() => styleNonce}>
      <QueryClientProvider client={queryClient}>
        <Notifications position='bottom-right' />
        {isUsable ? <RouterProvider router={router} /> : <StorageBlocked />}
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>
)
