import { Alert, Button, Group, Radio, Stack } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ask } from '../../api/ask'
import { useUnsaved } from '../../api/unsaved'
import { useChange } from '../../api/use-change'
import { ButtonLink, TextLink } from '../../components/links'
import { PageTitle } from '../../components/page-title'
import { Problem } from '../../components/problem'
import { graphql } from '../../graphql'
import { ConnectionTestButton, ConnectionTestResult, useConnectionTest } from './connection-test'
import { ProfileFields, validateProfile } from './profile-fields'
import { profileTypes } from './profile-types'
import { newValues, toCreateInput, type ProfileValues } from './profile-values'

const ProfileCreateDocument = graphql(`
  mutation ProfileCreate($data: AuthenticationProfileCreateInput!) {
    authenticationProfileCreate(data: $data) { id name }
  }
`)

/** Creates a profile: first its type, then the fields of that type. */
export function NewProfilePage () {
  const [type, setType] = useState('openid')
  const navigate = useNavigate()
  const test = useConnectionTest()
  // A test result doesn't apply to a form that has changed since.
  const form = useForm<ProfileValues>({ initialValues: newValues(), validate: values => validateProfile(type, values), onValuesChange: () => { test.reset() } })
  const create = useChange({
    change: async (values: ProfileValues) => (await ask(ProfileCreateDocument, { data: toCreateInput(type, values) })).authenticationProfileCreate,
    done: (_result, { name }) => `People can sign in with ${name} now`,
    onDone: ({ id }) => { (id == null ? navigate({ to: '/authentication', ignoreBlocker: true }) : navigate({ to: '/authentication/$profileId', params: { profileId: id }, ignoreBlocker: true })) }
  })
  useUnsaved(form.isDirty())
  const choose = (type: string) => {
    setType(type)
    form.clearErrors()
    test.reset()
    create.reset()
  }
  const tested = () => { if (!form.validate().hasErrors) test.mutate({ data: toCreateInput(type, form.values) }) }
  return (
    <>
      <PageTitle title='New authentication profile'><TextLink to='/authentication'>All profiles</TextLink></PageTitle>
      <Stack maw='44rem'>
        <Radio.Group label='Where do people sign in?' value={type} onChange={choose}>
          <Stack gap='xs' mt='xs'>
            {Object.entries(profileTypes).map(([value, { label, description }]) => <Radio key={value} value={value} label={label} description={description} />)}
          </Stack>
        </Radio.Group>
        <form noValidate onSubmit={form.onSubmit(values => { create.mutate(values) })}>
          <Stack>
            <ProfileFields type={type} form={form} profile={null} />
            <ConnectionTestResult test={test} />
            {create.error !== null && <Problem error={create.error} title="Couldn't create the profile" />}
            {type !== 'embedded' && <Alert title='At the provider'>The client there must allow the callback URLs above, and this console's callback URL, which the profile's page shows.</Alert>}
            <Group justify='flex-end'>
              <ButtonLink to='/authentication' variant='default'>Cancel</ButtonLink>
              <ConnectionTestButton test={test} onTest={tested} />
              <Button type='submit' loading={create.isPending}>Save</Button>
            </Group>
          </Stack>
        </form>
      </Stack>
    </>
  )
}
