import 'reflect-metadata';
import { runMain } from '@stead/platform/lifecycle';
import { runApi } from '@stead/platform/service';
import { loadConfig } from './config';
import { studioService } from './service';

runMain(async () => runApi(studioService, loadConfig(process.env)));
