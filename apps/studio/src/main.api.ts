import 'reflect-metadata';
import { runApi } from '@stead/platform/service';
import { loadConfig } from './config';
import { studioService } from './service';

void runApi(studioService, loadConfig(process.env));
