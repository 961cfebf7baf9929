package stack

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/membership/static"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/schema/sqlite"
	"go.temporal.io/server/temporal"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// This file holds almost all that touches the server's own packages: they may change with every version of it.

const clusterName = "active"

// startServer makes the database if it is missing, and runs the four services.
func (s *Stack) startServer(o Options, dir dataDir, p ports) error {
	logger, err := s.openLog(dir)
	if err != nil {
		return err
	}
	db := sqlConfig(dir)
	if err := caught(func() error { return setUpDatabase(o, dir, db) }); err != nil {
		return err
	}
	cfg, settings := serverConfig(db, p), dynamicConfig(o)
	var server temporal.Server
	err = caught(func() (err error) {
		server, err = temporal.NewServer(
			temporal.WithConfig(cfg),
			temporal.ForServices(temporal.DefaultServices),
			temporal.WithStaticHosts(p.hosts()),
			temporal.WithLogger(logger),
			temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
			temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return authorization.NewNoopClaimMapper() }),
			temporal.WithDynamicConfigClient(settings),
			temporal.WithChainedFrontendGrpcInterceptors(lacking(o.Lacks), learning(settings)),
		)
		return err
	})
	if err != nil {
		return err
	}
	s.started("Temporal server", func() error { return caught(server.Stop) })
	if err := caught(server.Start); err != nil || dir.inMemory {
		return err
	}
	return s.startTidying(dir.database())
}

// setUpDatabase makes tables and namespace where they are missing. A mark lies beside the database meanwhile, so that
// the next start knows when this one was cut off in the middle.
func setUpDatabase(o Options, dir dataDir, db *config.SQL) error {
	namespace, err := sqlite.NewNamespaceConfig(clusterName, o.Namespace, false, o.SearchAttributes)
	if err != nil {
		return fmt.Errorf("register search attributes: %w", err)
	}
	if dir.inMemory { // the tables of a database in memory come with its first connection
		return sqlite.CreateNamespaces(db, namespace)
	}
	there, err := exists(dir.database())
	if err != nil {
		return err
	}
	if there {
		return sqlite.CreateNamespaces(db, namespace)
	}
	if err := os.WriteFile(dir.setup(), nil, 0o600); err != nil {
		return err
	}
	if err := sqlite.SetupSchema(db); err != nil {
		return fmt.Errorf("make database %s: %w", dir.database(), err)
	}
	if err := sqlite.CreateNamespaces(db, namespace); err != nil {
		return fmt.Errorf("make database %s: %w", dir.database(), err)
	}
	return os.Remove(dir.setup())
}

func sqlConfig(dir dataDir) *config.SQL {
	if dir.inMemory {
		return &config.SQL{
			PluginName:        sqliteplugin.PluginName,
			DatabaseName:      filepath.Base(dir.path), // unlike that of any other stack in this process
			ConnectAttributes: map[string]string{"mode": "memory", "cache": "shared"},
		}
	}
	return &config.SQL{
		PluginName:   sqliteplugin.PluginName,
		DatabaseName: escaped(dir.database()),
		ConnectAttributes: map[string]string{
			"mode":         "rwc",
			"journal_mode": "wal",
			"synchronous":  "normal", // enough to survive a kill; full waits for the disk at every step
			"busy_timeout": "10000",  // a backup, or a person with the sqlite3 tool, may hold it for a while
			// The log is emptied beside the server, see tidy. It does so itself only if the log gets too long all the same.
			"wal_autocheckpoint": strconv.Itoa(longestLog / pageSize),
			"journal_size_limit": strconv.Itoa(longestLog),
		},
	}
}

func serverConfig(db *config.SQL, p ports) *config.Config {
	frontend := loopback(p.frontend)
	return &config.Config{
		Global: config.Global{Membership: config.Membership{MaxJoinDuration: 30 * time.Second, BroadcastAddress: host}},
		Persistence: config.Persistence{
			DefaultStore:     sqliteplugin.PluginName,
			VisibilityStore:  sqliteplugin.PluginName,
			NumHistoryShards: 1, // never change: histories are found by it
			DataStores:       map[string]config.DataStore{sqliteplugin.PluginName: {SQL: db}},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10,
			MasterClusterName:        clusterName,
			CurrentClusterName:       clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: frontend},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Services: map[string]config.Service{
			string(primitives.FrontendService): service(p.frontend),
			string(primitives.HistoryService):  service(p.history),
			string(primitives.MatchingService): service(p.matching),
			string(primitives.WorkerService):   service(p.worker),
		},
		Archival: config.Archival{
			History:    config.HistoryArchival{State: config.ArchivalDisabled},
			Visibility: config.VisibilityArchival{State: config.ArchivalDisabled},
		},
		NamespaceDefaults: config.NamespaceDefaults{Archival: config.ArchivalNamespaceDefaults{
			History:    config.HistoryArchivalNamespaceDefaults{State: config.ArchivalDisabled},
			Visibility: config.VisibilityArchivalNamespaceDefaults{State: config.ArchivalDisabled},
		}},
		PublicClient: config.PublicClient{HostPort: frontend},
	}
}

func service(port int) config.Service {
	return config.Service{RPC: config.RPC{GRPCPort: port, BindOnIP: host}}
}

// lacking answers as a server does that has never heard of these calls.
func lacking(calls []string) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, in any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
		if slices.Contains(calls, path.Base(info.FullMethod)) {
			return nil, status.Errorf(codes.Unimplemented, "unknown method %s", path.Base(info.FullMethod))
		}
		return handle(ctx, in)
	}
}

// learnTime is for how long services may go on with the search attributes that they know.
const learnTime = 2 * time.Minute

// learning has every service look for search attributes with every call, but only as long as they may have changed: each
// look reads the database, one after the other, and would take longer than all that signals and starts have to do.
func learning(settings *dynamicconfig.MemoryClient) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, in any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
		switch path.Base(info.FullMethod) {
		case "AddSearchAttributes", "RemoveSearchAttributes":
			end := settings.OverrideSetting(dynamicconfig.ForceSearchAttributesCacheRefreshOnRead, true)
			time.AfterFunc(learnTime, end)
		}
		return handle(ctx, in)
	}
}

// hosts spares the services the search for each other, which takes seconds and more ports.
func (p ports) hosts() map[primitives.ServiceName]static.Hosts {
	return map[primitives.ServiceName]static.Hosts{
		primitives.FrontendService: static.SingleLocalHost(loopback(p.frontend)),
		primitives.HistoryService:  static.SingleLocalHost(loopback(p.history)),
		primitives.MatchingService: static.SingleLocalHost(loopback(p.matching)),
		primitives.WorkerService:   static.SingleLocalHost(loopback(p.worker)),
	}
}

// dynamicConfig lifts limits that are made for clusters with many users. With the default poll rate of 20 a second
// every step would wait 50 ms for nothing.
func dynamicConfig(o Options) *dynamicconfig.MemoryClient {
	values := map[dynamicconfig.Key]any{
		dynamicconfig.TransferProcessorMaxPollRPS.Key():                  2000,
		dynamicconfig.TimerProcessorMaxPollRPS.Key():                     2000,
		dynamicconfig.VisibilityProcessorMaxPollRPS.Key():                200,
		dynamicconfig.FrontendPersistenceMaxQPS.Key():                    10000,
		dynamicconfig.HistoryPersistenceMaxQPS.Key():                     45000,
		dynamicconfig.FrontendMaxNamespaceVisibilityRPSPerInstance.Key(): 100,
		dynamicconfig.WorkflowPauseEnabled.Key():                         true,
		dynamicconfig.MatchingEnableFairness.Key():                       true, // a busy case must not starve the others
		// A worker that stops first gives back the tasks already on their way to it: else each waits 10 s for its time-out.
		dynamicconfig.EnableCancelWorkerPollsOnShutdown.Key(): true,
	}
	if o.TimeSkipping {
		values[dynamicconfig.WorkflowTimeSkippingEnabled.Key()] = true
	}
	settings := dynamicconfig.NewMemoryClient()
	for key, value := range values {
		settings.OverrideValue(key, value)
	}
	return settings
}
