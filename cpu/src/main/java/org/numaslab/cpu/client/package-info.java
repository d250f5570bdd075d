/// The kernel's memory API for Java programs: tasks on emulated CPUs call what kernel code calls,
/// under the same names in Java spelling, and get the same answers. Models Linux 6.1.
///
/// A program starts tasks with [Kthreads]; each gets itself as `current` and does everything
/// through it. Tests are in `org.numaslab.coordinator.client`; each runs on the simulated machine
/// with three seeds, instant and delayed delivery, and on the embedded one.
///
/// | feature | kernel function | departure | test |
/// |---|---|---|---|
/// | tasks | kthread_run_on_cpu, cond_resched | a task may keep its cpu for 256 operations | TasksTest.aTaskRunsOnItsCpuUntilItReturns, TasksTest.tasksOfOneCpuTakeTurns |
/// | waiting | wait_event, wait_for_completion, kfifo | no time limits | TasksTest.aTaskWaitsForACompletion, TasksTest.whatOneTaskPutsInAFifoAnotherTakesOutInOrder, TasksTest.aTaskThatWaitsForEverIsNamed |
/// | atomic context | might_sleep, schedule_debug | no interrupt context | TasksTest.sleepingInAtomicContextIsTold |
/// | caches | kmem_cache_create, _alloc, _alloc_node, _zalloc, _free, _size | - | CachesTest.anObjectIsTakenAndGivenBack, CachesTest.anObjectComesFromTheNodeThatIsNamed |
/// | constructors | ctor | - | CachesTest.aConstructorRunsOncePerObjectOfASlabAndWhatItWroteStays |
/// | structures | KMEM_CACHE | fields are read and written by copies | CachesTest.aStructureIsACacheAndItsFieldsAreReadAndWritten |
/// | flags of caches | HWCACHE_ALIGN, CACHE_DMA, CACHE_DMA32, RECLAIM_ACCOUNT, ACCOUNT, MEM_SPREAD | MEM_SPREAD means nothing, as to slub | CachesTest.flagsMakeTheCacheThatTheyAskFor |
/// | PANIC | panic in kmem_cache_create_usercopy | ends the machine, not the JVM | CachesTest.aKernelThatCannotHaveACacheWithPanicPanics |
/// | merging, NO_MERGE | find_mergeable | NO_MERGE is of 6.5 | CachesTest.requestsThatFitAnOlderCacheJoinIt |
/// | bulk | kmem_cache_alloc_bulk, kmem_cache_free_bulk | counts beyond the array are a Java error | CachesTest.bulkAllocationGivesAllOrNone, MisuseTest.bulksOfNothingAndOfNullAreTold |
/// | shrink | kmem_cache_shrink | - | CachesTest.shrinkingGivesEmptySlabsBack |
/// | destroy | kmem_cache_destroy | use after destroy is found, as by KASAN | CachesTest.destroyingNothingIsNothing, CachesTest.whatIsAliveWhenItsCacheIsDestroyedIsListedAndStays, CachesTest.aCacheThatIsGoneMustNotBeUsed, CachesTest.aCacheThatIsDestroyedWhileOthersAllocateEndsForThem |
/// | refused requests | kmem_cache_sanity_check, sysfs_slab_add | a size of 0, an alignment that is no power of two and names above 255 characters are refused, too | CachesTest.impossibleRequestsAreRefusedAsTheKernelRefusesThem, CachesTest.aNameOfACacheOfItsOwnIsTakenUntilItIsDestroyed, CachesTest.aSeparatorInANameStandsAsAnExclamationMark, CachesTest.aConstructorSwitchesThePoisonOfObjectsOff |
/// | usercopy region | kmem_cache_create_usercopy | only its size is kept | CachesTest.aRegionForUserspaceMustLieInTheObject |
/// | kmalloc, families, pages | kmalloc, kmalloc_node, kmalloc_large_node, kfree | - | KmallocTest.givesMemoryOfTheAskedSizeOnTheAskedNode, KmallocTest.eachFamilyHasCachesOfItsOwn, GfpTest.accountTakesACacheOfItsOwn, MisuseTest.kfreeTakesObjectsOfAnyCache |
/// | nothing | ZERO_SIZE_PTR | - | KmallocTest.nothingIsAPointerOfItsOwn |
/// | zeros | kzalloc, __GFP_ZERO | - | KmallocTest.kzallocGivesZerosEverywhere, GfpTest.zeroClears |
/// | arrays | kmalloc_array, kcalloc | - | KmallocTest.anArrayThatIsTooLargeForALongIsRefused |
/// | another size | krealloc | - | KmallocTest.kreallocKeepsWhatWasThere, MisuseTest.kreallocClearsNoMoreThanWhatIsNew |
/// | wrong frees | cache_from_obj, set_freepointer, free_consistency_checks | a free of pages that are no slab stops a machine whose cache does not check | MisuseTest.aFreeOfNullIsTold, MisuseTest.aFreeOfNoMemoryStopsTheMachine, MisuseTest.anInteriorPointerIsReportedByADebugCache, MisuseTest.anInteriorPointerToAnotherNodeStopsTheMachine, MisuseTest.anObjectOfAnotherCacheIsToldAndGoesWhereItBelongs, MisuseTest.aDoubleFreeInARowOnOneCpuStopsTheMachine, MisuseTest.aDoubleFreeIsReportedByADebugCacheFromEveryCpu, MisuseTest.aDoubleFreeInARowWithinOneBulkStopsTheMachine, MisuseTest.kfreeWithinPagesStopsTheMachine |
/// | cleared before it is freed | kfree_sensitive | - | KmallocTest.kfreeSensitiveLeavesNothingToRead |
/// | ksize | ksize | free objects on CPUs' lists are not seen | MisuseTest.ksizeOfAnObjectThatIsSeenToBeFreeIsTold |
/// | unknown node | ___slab_alloc | - | MisuseTest.aNodeThatThereIsNotIsNoWish |
/// | contents | memcpy, memset, memcmp | bounds as KASAN finds them | ContentsTest.whatIsWrittenIsReadOnEveryNode, ContentsTest.anAccessBeyondItsObjectChangesNothing, ContentsTest.memoryOfNobodyIsAFault |
/// | the object of an address | virt_to_slab, kmem_obj_info | - | ContentsTest.anAddressTellsItsObject |
/// | devices | devm_kmalloc, _kzalloc, _kcalloc, _kstrdup, _kfree, _krealloc | lists are in Java | DevresTest.devmKmallocTakesMemoryOfTheDevicesNodeWithAHeaderBeforeIt, DevresTest.devmKzallocAndDevmKcallocGiveZeros, DevresTest.devmKstrdupAndDevmKmemdupCopy, DevresTest.devmKreallocKeepsTheContentsAndThePlaceInTheOrder, DevresTest.whatAnotherDeviceOwnsIsWarnedOfAndStays |
/// | a device goes | devres_release_all, devm_add_action | - | DevresTest.allOfADeviceGoesBackNewestFirst, DevresTest.anActionIsRemovedOrDoneAtOnce |
/// | groups | devres_open_group, _release_group | - | DevresTest.aGroupGoesBackWithTheGroupsInIt, DevresTest.groupsThatOverlapKeepWhatLiesOutside |
/// | pages | alloc_pages_node, free_pages | every block is compound | PagesTest.aBlockIsAlignedToItsSizeOnTheAskedNode, PagesTest.aBlockThatIsNoneIsABadPage |
/// | mempools | mempool_create, _alloc, _free, _resize, _destroy | waits without the 5 seconds' limit | MempoolTest.aPoolHasItsReserveFromTheBegin, MempoolTest.theReserveServesWhenThereIsNoMemory, MempoolTest.whoMayBlockWaitsForAnElementThatComesBack, MempoolTest.aPoolIsResized |
/// | readers | rcu_read_lock, synchronize_rcu | - | RcuTest.synchronizeRcuWaitsForReadersOfItsCpuAndOfOtherNodes, RcuTest.readersThatCameLaterAreNotWaitedFor, RcuMisuseTest.sleepingInASectionIsTold |
/// | callbacks | call_rcu, rcu_barrier, kfree_rcu | destroy waits for kfree_rcu, as since 6.12 | RcuTest.callbacksRunOnTheirCpuInOrderAfterTheReaders, RcuTest.rcuBarrierWaitsForCallbacksOfAllCpus, RcuTest.memoryOfKfreeRcuStaysForTheReaders, RcuTest.kfreeRcuAndDestroyAtOnceIsClean |
/// | TYPESAFE_BY_RCU | rcu_free_slab | - | RcuTest.pagesOfATypesafeByRcuCacheStayForTheReaders, RcuTest.aFreedObjectOfATypesafeByRcuCacheStaysOne |
/// | GFP_KERNEL, reclaim | __alloc_pages_slowpath | no OOM killer: NULL, as a killed process gets | ReclaimTest.kernelRequestsGetWhatShrinkersFree, ReclaimTest.kernelGivesUpAfterSeventeenRoundsWithoutProgress, ReclaimLimitsTest.reclaimEndsWhen32PagesOfSlabsAreFree |
/// | ATOMIC, HIGH, NOWAIT | gfp_to_alloc_flags | - | ReclaimTest.atomicDrawsOnTheReservesAndDoesNotReclaim, ReclaimTest.highDrawsOnLessOfTheReservesThanAtomic, ReclaimTest.nowaitNeitherReclaimsNorDrawsOnTheReserves |
/// | NOIO, NOFS | shrink_control.gfp_mask | the kernel retries these for ever | ReclaimTest.nofsAndNoioTellShrinkersWhatTheyMayNotDo |
/// | NORETRY, RETRY_MAYFAIL, NOFAIL | should_reclaim_retry | - | ReclaimTest.noretryReclaimsOnce, ReclaimTest.retryMayfailMakesCostlyOrdersTryLonger, ReclaimTest.nofailGoesOnUntilOthersFree |
/// | THISNODE | ZONELIST_NOFALLBACK | - | ReclaimTest.thisnodeReclaimsOnThatNodeOnly |
/// | DMA, DMA32 | gfp_zone | - | GfpTest.dmaIsBelow16Mebibytes, GfpTest.dma32IsBelow4Gibibytes |
/// | shrinkers | do_shrink_slab, register_shrinker | no memory groups | ShrinkerTest.eachPriorityAsksForTwiceAsMuchAsTheLastInPortionsOfTheBatch, ShrinkerTest.oneThatStopsIsAskedAgainAtTheNextPriorityOnly, ShrinkerTest.oneThatIsUnregisteredIsNotAsked |
/// | reports of memory that ran out, NOWARN | slab_out_of_memory, warn_alloc | no stack | OomReportsTest.theLogSaysWhatWasWantedAndWhatEachNodeHas, OomReportsTest.nowarnSaysNothing |
/// | failures on purpose | make-it-fail, fail-nth, should_fail_ex | stack filters compare names of Java methods, not addresses; nothing is inherited | FaultInjectionTest.aTaskFilterSparesTasksThatAreNotMarked, FaultInjectionTest.failNthFailsThatAllocationAndReadsBackAsZero, FaultInjectionTest.whicheverAllocationOfATaskFailsNothingIsLost, FaultInjectionTest.nofailNeverFails, FaultInjectionTest.mempoolsServeTheirMinimumThoughEveryAllocationFails, FaultInjectionTest.aStackFilterLooksAtTheTasksMethods |
/// | mempolicies: default, local | get_task_policy | - | MempolicyTest.withoutAPolicySlabsAreLocal, MempolicyTest.localIsTheNodeOfTheCpu |
/// | bind, preferred, preferred-many | policy_nodemask, policy_node | - | MempolicyTest.bindFailsWhenItsNodesAreFull, MempolicyTest.preferredGoesElsewhereWhenItsNodeIsFull, MempolicyTest.preferredManyTriesItsNodesFirst |
/// | interleave, weighted interleave | interleave_nodes | weights are of 6.9 | MempolicyTest.interleaveTakesTheNodesInTurnSlabBySlab, MempolicyTest.weightedInterleaveGivesEachNodeItsShare |
/// | CPUs off and on line | slub_cpu_dead, add_cpu | no task is parked | CpuHotplugTest.aCpuThatGoesOffLineGivesBackItsSlabs, CpuHotplugTest.theTasksOfACpuGoOnOnAnotherOfItsNodeAndThenOnAny, CpuHotplugTest.aCpuComesBackAndTakesTasks, CpuHotplugTest.theLastCpuStaysOnLine |
/// | memory off and on line | offline_pages, slab_mem_going_offline_callback | empty slabs do not veto | MemoryHotplugTest.memoryGoesOffLineAfterItsCachesAreShrunk, MemoryHotplugTest.aLiveObjectVetoesAndTheMemoryStaysInUse, MemoryHotplugTest.memoryComesBackEmpty |
/// | new CPUs and nodes | memhp_default_state= | possible from boot, as the kernel's | MemoryHotplugTest.aNewNodeComesAtRunTime |
@NullMarked
package org.numaslab.cpu.client;

import org.jspecify.annotations.NullMarked;
