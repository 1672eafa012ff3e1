export { BOOTSTRAP_SQL } from './bootstrap';
export { migrate, MigrationFailed } from './migrate';
export type { Context, MigrateOptions } from './migrate';
export { assertTenancy } from './assert-tenancy';
export { roleUrl } from './roles';
export { tenantTransaction } from './tenancy';
